"""How a visit to a company is typed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parkparty.companies.choices import GapReason
from parkparty.companies.models import Company, Visit
from parkparty.core.dates import NOT_TOO_EARLY, today
from parkparty.core.scope import Scope
from parkparty.organizations.filters import TypedOrganizationField


class VisitForm(forms.Form):
    """When a company was visited, by which organisation of the writer, and why it has no branch yet."""

    visited_on = forms.DateField(
        label=_("走访日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[NOT_TOO_EARLY],
        error_messages={"invalid": _("日期写成 2026-11-21 的样子。"), "required": _("填写走访日期。")},
    )
    organization = TypedOrganizationField(
        label=_("走访的党组织（名称或组织代码）"),
        max_length=100,
        error_messages={"required": _("填写走访的党组织的名称或组织代码。")},
    )
    reason = forms.ChoiceField(
        label=_("未建原因"), choices=[("", _("没有变化，或已有党组织")), *GapReason.choices], required=False
    )

    def __init__(self, data: Any = None, *, scope: Scope) -> None:
        """``scope`` is the part of the writer's that may log visits."""
        nodes = scope.top_nodes("organizations") or ()
        super().__init__(data, initial={"visited_on": today(), "organization": next((n.name for n in nodes), "")})
        organization: Any = self.fields["organization"]
        organization.scope = scope
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def clean_visited_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["visited_on"]
        if day > today():
            raise ValidationError(_("走访日期不晚于今天；走访以后再登记。"))
        return day

    def visit(self, company: Company) -> Visit:
        """The visit as typed, not yet saved. Only of a valid form."""
        return Visit(company=company, **self.cleaned_data)
