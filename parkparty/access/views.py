"""The trail of who changed what, for the auditor."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from parkparty.access.forms import TrailFilter
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.audit.models import AuditEntry
from parkparty.core.paging import keyset_page


@requires(Action.READ_AUDIT)
def trail(request: ScopedRequest) -> HttpResponse:
    """What the accounts of the auditor's own subtrees did, newest first; other roles held add nothing to it."""
    form = TrailFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    entries = AuditEntry.objects.within(request.scope.with_roles(ROLES_FOR[Action.READ_AUDIT])).matching(
        actor=wanted.get("actor", ""), action=wanted.get("action", ""), object=wanted.get("object", "")
    )
    page = keyset_page(entries.select_related("content_type"), request.GET, order=("-id",))
    return render(request, "access/trail.html", {"form": form, "page": page, "filtered": any(wanted.values())})
