"""Data pages of reminders, to be looked at: they are sent by date, or on a page of their own."""

from __future__ import annotations

from django.contrib import admin

from parkparty.access.admin.pages import ReadOnlyPages
from parkparty.access.admin.site import site
from parkparty.engagement.models import Reminder


@admin.register(Reminder, site=site)
class ReminderPages(ReadOnlyPages):
    list_display = ("organization", "rule", "period_since", "kind", "on", "by")
    list_select_related = ("organization", "rule", "by")
    list_filter = ("kind",)
    search_fields = ("organization__name",)
