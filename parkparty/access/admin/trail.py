"""The audit trail, to be read by auditors only."""

from __future__ import annotations

from django.contrib import admin

from parkparty.access.admin.pages import ReadOnlyPages
from parkparty.access.admin.site import site
from parkparty.access.permissions import Action
from parkparty.audit.models import AuditEntry


@admin.register(AuditEntry, site=site)
class AuditEntryPages(ReadOnlyPages):
    """Entries of the accounts in the auditor's subtrees, newest first."""

    action = Action.READ_AUDIT
    list_display = ("at", "actor_name", "action", "object_name", "outcome", "address", "request_id")
    list_filter = ("at", "kind", "outcome")
    search_fields = ("actor_name", "action", "object_name", "request_id")
    ordering = ("-id",)
    sortable_by = ()
