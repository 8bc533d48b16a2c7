"""Writing the trail in the transaction of what it records, sealing it into the chain, and purging it after its time.

The chain never makes a user wait for another: entries are written plainly, and linked once they are committed
(docs/decisions/0005-audit-chain.md).
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.choices import SOURCE_LANGUAGE, Kind, Outcome
from parkparty.audit.models import AuditEntry, AuditSeal, in_source_language
from parkparty.core.middleware import current_address, current_request_id
from parkparty.core.privacy import masked
from parkparty.core.text import clean

BATCH = 500
"""Entries sealed in one transaction."""

REACH_BACK = 1000
"""How far before the newest sealed entry a request looks for ones that committed late; `seal_audit` looks at all."""

PAUSE_SECONDS = 1.0
"""A process seals no more often than this: in a rush one batch does for many writes, and costs each next to nothing."""

_LOCK = 0x7061726B  # one sealer at a time in a PostgreSQL database

anchors = logging.getLogger("parkparty.audit.anchor")
_last_sealing = {"at": -PAUSE_SECONDS}


def record(
    action: str,
    target: models.Model | None,
    *,
    by: User | None,
    changes: dict[str, Any] | None = None,
    reason: str = "",
    kind: Kind = Kind.CHANGE,
    outcome: Outcome = Outcome.DONE,
) -> AuditEntry:
    """Add one entry, in the transaction of the change: neither stands without the other.

    ``by`` is None for the command line and for visitors; ``changes`` maps a field to ``[before, after]``; ``reason``
    says why, as typed. Names are kept on one line, whatever they hold. ``action`` is marked with ``gettext_noop``: it
    is kept in Chinese, whatever language the writer reads, and put into the reader's when shown.
    """
    with translation.override(SOURCE_LANGUAGE):
        entry = AuditEntry.objects.create(
            actor=by,
            actor_name=_name_of(by)[:60],
            kind=kind,
            action=clean(in_source_language(action, target))[:60],
            outcome=outcome,
            object_type=target._meta.label_lower if target else "",
            object_id=str(target.pk) if target else "",
            object_name=clean(masked(str(target)))[:200] if target else "",
            changes=changes or {},
            reason=reason,
            address=current_address.get() or None,
            request_id=current_request_id.get(),
        )
    _seal_after_commit()
    return entry


def record_read(
    action: str,
    target: models.Model | None = None,
    *,
    by: User | None,
    details: dict[str, Any] | None = None,
    reason: str = "",
    kind: Kind = Kind.READ,
) -> AuditEntry:
    """Add one entry for a sensitive read or, with ``Kind.EXPORT``, an export.

    ``details`` tell what was asked for and how much was given; what is empty is left out.
    """
    told = {name: [None, value] for name, value in (details or {}).items() if value not in (None, "")}
    return record(action, target, by=by, changes=told, reason=reason, kind=kind)


def snapshot(target: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """The values of ``fields`` now, foreign keys by their name, for ``difference`` later."""
    with translation.override(SOURCE_LANGUAGE):
        values = {name: getattr(target, name) for name in fields}
        return {name: str(value) if isinstance(value, models.Model) else value for name, value in values.items()}


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each with ``[before, after]``."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}


def seal_new() -> int:
    """Seal what was committed lately, at most ``BATCH`` entries; whoever is at it already does it for us.

    Returns how many were sealed.
    """
    _last_sealing["at"] = time.monotonic()
    try:
        with _without_waiting():
            return _seal(reach_back=REACH_BACK, wait=False)
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
        return 0  # SQLite has one writer, who is not us now: the next one seals


def seal_all() -> int:
    """Seal every entry that is committed, however late its transaction ended; returns how many."""
    total = 0
    while sealed := _seal(reach_back=None, wait=True):
        total += sealed
    return total


def anchor_line(position: int, hash: str) -> str:
    """The head of the chain as one line for a log or a file that is kept elsewhere."""
    return f"audit-head position={position} hash={hash}"


@transaction.atomic
def purge(*, by: User | None = None) -> int:
    """Take away the entries that were sealed more than ``AUDIT_RETENTION_DAYS`` ago, and record it; returns how many.

    Only the oldest unbroken run of positions goes, and its seals stay. The database itself refuses to lose an entry
    younger than ``SHORTEST_RETENTION_DAYS``, and on PostgreSQL the role of the site may not delete at all: the owner of
    the tables runs this.
    """
    cutoff = timezone.now() - dt.timedelta(days=settings.AUDIT_RETENTION_DAYS)
    last_purge = AuditEntry.objects.filter(kind=Kind.PURGE).order_by("-id").first()
    begun = int(last_purge.object_id) if last_purge else 0
    young = AuditSeal.objects.filter(position__gt=begun, sealed_at__gte=cutoff).order_by("position").first()
    old = AuditSeal.objects.filter(position__gt=begun)
    if young:
        old = old.filter(position__lt=young.position)
    through = old.order_by("position").last()
    if through is None:
        return 0
    expired = AuditEntry.objects.filter(at__lt=cutoff, seal__position__lte=through.position)
    count = int(expired._raw_delete(expired.db))
    changes = {"rows": [None, count], "through": [None, through.position]}
    record(gettext_noop("清理过期操作记录"), through, by=by, changes=changes, kind=Kind.PURGE)
    return count


def _name_of(by: User | None) -> str:
    if by:
        return clean(str(by))
    return _("未登录") if current_request_id.get() else _("命令行")


def _seal_after_commit() -> None:
    """Once a transaction, however many entries it wrote; a fault in sealing is logged and takes nothing back."""
    if time.monotonic() - _last_sealing["at"] < PAUSE_SECONDS:
        return
    waiting: list[Any] = connection.run_on_commit
    if not any(call is seal_new for _savepoints, call, _robust in waiting):
        transaction.on_commit(seal_new, robust=True)


def _seal(*, reach_back: int | None, wait: bool) -> int:
    with transaction.atomic():
        if not _locked(wait=wait):
            return 0
        head = AuditSeal.objects.order_by("position").last()
        unsealed = AuditEntry.objects.unsealed()
        if head and reach_back is not None:
            newest = AuditSeal.objects.aggregate(newest=Max("entry_id"))["newest"]
            unsealed = unsealed.filter(id__gt=newest - reach_back)
        seals, now = [], timezone.now()
        for entry in unsealed[:BATCH]:
            head = AuditSeal.over(entry, head, now)
            seals.append(head)
        AuditSeal.objects.bulk_create(seals)
    if head and seals:
        anchors.info(anchor_line(head.position, head.hash))
    return len(seals)


def _locked(*, wait: bool) -> bool:
    """Be the only sealer until the transaction ends. On SQLite the transaction itself is the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


@contextmanager
def _without_waiting() -> Iterator[None]:
    """On SQLite, let a busy database refuse at once instead of after its time-out."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        usual = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual)}")
