"""Data pages of activities. Records are only looked at: their steps are taken elsewhere."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from parkparty.access.admin.pages import CodeTablePages, ReadOnlyPages
from parkparty.access.admin.site import site
from parkparty.activities.models import Activity, ActivityHost, ActivityPhoto, ActivityTheme, ActivityType

site.register(ActivityType, CodeTablePages)
site.register(ActivityTheme, CodeTablePages)


@admin.register(Activity, site=site)
class ActivityPages(ReadOnlyPages):
    """Reported activities; drafts belong to their secretaries."""

    list_display = ("topic", "organization", "held_on", "state", "filed_at", "reviewed_at")
    list_select_related = ("organization",)
    list_filter = ("state", "types", "theme", "held_on")
    search_fields = ("topic", "organization__name")
    exclude = ("companies",)
    readonly_fields = ("filed_at",)


class OfActivityPages(ReadOnlyPages):
    """What belongs to an activity is seen with it."""

    search_fields: ClassVar[tuple[str, ...]] = ("activity__topic",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        seen = Activity.objects.within(self.scope(request)).values("pk")
        return admin.ModelAdmin.get_queryset(self, request).filter(activity__in=seen)


@admin.register(ActivityHost, site=site)
class ActivityHostPages(OfActivityPages):
    list_display = ("activity", "organization")
    list_select_related = ("activity", "organization")
    search_fields = ("activity__topic", "organization__name")


@admin.register(ActivityPhoto, site=site)
class ActivityPhotoPages(OfActivityPages):
    """Photos by their measures; the picture itself is shown on the activity's page."""

    list_display = ("activity", "added_at", "width", "height")
    list_select_related = ("activity",)
    list_filter = ("added_at",)
    fields = ("activity", "added_at", "width", "height", "sha256")
