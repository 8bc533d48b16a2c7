"""The trail of who changed what, for the auditor, and the history of one record, for all who see the record."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import gettext_noop

from parkparty.access.forms import TrailFilter
from parkparty.access.permissions import HISTORIES, ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.audit.figures import history_of
from parkparty.audit.models import AuditEntry
from parkparty.audit.querysets import AuditEntryQuerySet
from parkparty.audit.services import record_read
from parkparty.core.paging import keyset_page
from parkparty.core.scope import Scope


@requires(Action.READ_AUDIT)
def trail(request: ScopedRequest) -> HttpResponse:
    """What the accounts of the auditor's own subtrees did, newest first; other roles held add nothing to it.

    Each look at the trail is itself an entry.
    """
    form = TrailFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    entries = AuditEntry.objects.within(_audited(request)).matching(**wanted)
    page = keyset_page(entries, request.GET, order=("-id",))
    record_read(gettext_noop("查看操作记录"), by=request.user, details={**wanted, "rows": len(page.rows)})
    return render(request, "access/trail.html", {"form": form, "page": page, "filtered": any(wanted.values())})


@requires(Action.READ_HISTORY)
def history(request: ScopedRequest, label: str, pk: int) -> HttpResponse:
    """What was done to one record, newest first. Auditors find here what their trail tells of any, even one gone."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError) as unknown:
        raise Http404 from unknown
    record = _seen(request, model, pk)
    entries = history_of(record) if record else _trail_of(request, model, pk)
    page = keyset_page(entries, request.GET, order=("-id",))
    if not record:
        record_read(
            gettext_noop("查看变更历史"),
            by=request.user,
            details={"object": format_lazy("{} {}", model._meta.verbose_name, pk)},
        )
    name = str(record) if record else page.rows[0].object_name if page.rows else str(pk)
    return render(request, "access/history.html", {"page": page, "name": name, "kind": model._meta.verbose_name})


def _audited(request: ScopedRequest) -> Scope:
    return request.scope.with_roles(ROLES_FOR[Action.READ_AUDIT])


def _seen(request: ScopedRequest, model: Any, pk: int) -> Any:
    """The record, if the reader's own roles show it."""
    action = HISTORIES.get(model._meta.label_lower)
    if action is None:
        return None
    return model.objects.within(request.scope.with_roles(ROLES_FOR[action])).filter(pk=pk).first()


def _trail_of(request: ScopedRequest, model: Any, pk: int) -> AuditEntryQuerySet:
    """What the auditor's trail tells of the record; nothing is the same as no such record."""
    entries = AuditEntry.objects.within(_audited(request)).about(model._meta.label_lower, pk)
    if not entries.exists():
        raise Http404
    return entries
