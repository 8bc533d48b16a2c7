"""What the demo set created, to be looked at."""

from __future__ import annotations

from django.contrib import admin

from parkparty.access.admin.pages import ReadOnlyPages, SharedPages
from parkparty.access.admin.site import site
from parkparty.demo.models import DemoRecord


@admin.register(DemoRecord, site=site)
class DemoRecordPages(ReadOnlyPages, SharedPages):
    """Models that the demo set wrote to."""

    list_display = ("model", "loaded_at")
    search_fields = ("model",)
    fields = ("model", "loaded_at")
