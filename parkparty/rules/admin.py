"""Data pages of rules."""

from __future__ import annotations

from django.contrib import admin

from parkparty.access.admin.pages import SharedPages
from parkparty.access.admin.site import site
from parkparty.rules.models import Rule


@admin.register(Rule, site=site)
class RulePages(SharedPages):
    fixed = ("code",)
    list_display = ("code", "name", "kind", "strength", "every", "source", "is_verified", "is_active", "since", "until")
    list_filter = ("kind", "strength", "is_active")
    search_fields = ("code__istartswith", "name", "source")
