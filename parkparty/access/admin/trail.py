"""The audit trail to be read by auditors only; each look at the trail is itself an entry."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from parkparty.access.admin.pages import ReadOnlyPages
from parkparty.access.admin.site import site
from parkparty.access.permissions import Action
from parkparty.audit.models import AuditEntry
from parkparty.audit.services import record_read


@admin.register(AuditEntry, site=site)
class AuditEntryPages(ReadOnlyPages):
    """Entries of the accounts in the auditor's subtrees, newest first."""

    action = Action.READ_AUDIT
    list_display = ("at", "who", "act", "object_name", "outcome", "address", "request_id")
    list_filter = ("at", "kind", "outcome")
    search_fields = ("actor_name", "action", "object_name", "request_id")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description=_("操作人"))
    def who(self, entry: AuditEntry) -> str:
        return entry.actor_in_words

    @admin.display(description=_("操作"))
    def act(self, entry: AuditEntry) -> str:
        return entry.act

    def changelist_view(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if self.may(request):
            record_read(gettext_noop("查看操作记录"), by=request.user, details={"object": request.META["QUERY_STRING"]})
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: Any, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.may(request):
            record_read(gettext_noop("查看操作记录"), by=request.user, details={"object": object_id})
        return super().change_view(request, object_id, form_url, extra_context)
