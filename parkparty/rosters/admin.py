"""Data pages of rosters, to be looked at: batches are uploaded, applied and undone on pages of their own."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from parkparty.access.admin.pages import ReadOnlyPages
from parkparty.access.admin.site import site
from parkparty.access.permissions import Action
from parkparty.rosters.models import RosterBatch, RosterIssue, RosterRow


@admin.register(RosterBatch, site=site)
class RosterBatchPages(ReadOnlyPages):
    """Uploads by their counts; the file itself is not handed out here."""

    action = Action.IMPORT_ROSTER
    exclude = ("file", "seen")
    list_display = ("filename", "uploaded_by", "uploaded_at", "state", "rows", "new", "changed", "wrong")
    list_select_related = ("uploaded_by",)
    list_filter = ("state", "uploaded_at")
    search_fields = ("filename",)


class OfBatchPages(ReadOnlyPages):
    """Pages of the parts of a batch."""

    action = Action.IMPORT_ROSTER
    list_select_related = ("batch", "park")
    search_fields: ClassVar[tuple[str, ...]] = ("batch__filename",)


@admin.register(RosterRow, site=site)
class RosterRowPages(OfBatchPages):
    list_display = ("batch", "number", "name", "park", "outcome")
    list_filter = ("outcome",)
    search_fields = ("batch__filename", "name")


@admin.register(RosterIssue, site=site)
class RosterIssuePages(OfBatchPages):
    list_display = ("batch", "cell", "kind", "value")
    list_filter = ("kind",)
    search_fields = ("batch__filename", "value")
