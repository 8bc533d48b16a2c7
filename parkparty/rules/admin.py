"""Data pages of rules: what would change the figures is shown before it is saved."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.access.admin.pages import SharedPages
from parkparty.access.admin.site import site
from parkparty.core.dates import today
from parkparty.rules.figures import COUNTING, impact
from parkparty.rules.models import Rule


@admin.register(Rule, site=site)
class RulePages(SharedPages):
    """Local rules are shown to those who reach them; they are set on the page of their general rule."""

    fixed = ("code",)
    list_display = (
        "code",
        "label",
        "kind",
        "strength",
        "every",
        "source",
        "is_verified",
        "is_active",
        "since",
        "until",
    )
    list_filter = ("kind", "strength", "is_active")
    search_fields = ("code__istartswith", "name", "name_en", "source")

    @admin.display(description=gettext_lazy("规则"), ordering="name")
    def label(self, row: Rule) -> str:
        """The name in the reader's language; the form has both."""
        return row.label

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = Rule.objects.within(self.scope(request))
        return rows

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        """Saved once the change was seen: the figures of the last four periods before and after stand in the form.

        Raises:
            ValidationError: when it moves figures that were not shown yet for just these values.
        """
        typed = json.dumps(self.recorded(obj), default=str, sort_keys=True)
        seen = hashlib.sha256(typed.encode()).hexdigest()
        if request.POST.get("seen") != seen:
            request.impact, request.seen = impact(obj, obj.organization, today()), seen
            if any(one.is_changed for one in request.impact):
                raise ValidationError(_("还没有保存：这次改动会改变最近四期的数字，看过下面的表再保存一次。"))
        super().save_model(request, obj, form, change)

    def render_change_form(self, request: Any, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        rule = context["original"]
        shown = {
            "impact": getattr(request, "impact", None),
            "seen": getattr(request, "seen", ""),
            "counts_companies": rule and rule.kind in COUNTING and not rule.overrides_id,
        }
        answer: HttpResponse = super().render_change_form(request, context | shown, *args, **kwargs)
        return answer
