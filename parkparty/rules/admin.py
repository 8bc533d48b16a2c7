"""Data pages of rules."""

from __future__ import annotations

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from parkparty.access.admin.pages import SharedPages
from parkparty.access.admin.site import site
from parkparty.rules.models import Rule


@admin.register(Rule, site=site)
class RulePages(SharedPages):
    """Local rules are shown to those who reach them; they are set on the page of their general rule."""

    fixed = ("code",)
    list_display = ("code", "name", "kind", "strength", "every", "source", "is_verified", "is_active", "since", "until")
    list_filter = ("kind", "strength", "is_active")
    search_fields = ("code__istartswith", "name", "source")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = Rule.objects.within(self.scope(request))
        return rows
