"""Whether the trail is whole: every link of the chain recomputed, and compared with heads that were kept elsewhere."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.audit.choices import NOTHING_BEFORE, SHORTEST_RETENTION_DAYS, Kind
from parkparty.audit.models import AuditEntry, AuditSeal

_CHUNK = 2000
_ANCHOR = re.compile(r"audit-head position=(\d+) hash=([0-9a-f]{64})")

TRIGGERS = {
    "postgresql": ("only_added", "not_emptied"),
    "sqlite": ("not_changed", "not_deleted", "not_replaced"),
}
"""What the migrations of this app put on each table, by the end of its name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written: where in the chain, which entry, and what differs."""

    what: str
    position: int | None = None
    entry_id: int | None = None
    at: dt.datetime | None = None

    def __str__(self) -> str:
        where = [_("封存 %(position)s") % {"position": self.position}] if self.position else []
        where += [_("记录 %(id)s") % {"id": self.entry_id}] if self.entry_id else []
        where += [f"{timezone.localtime(self.at):%Y-%m-%d %H:%M:%S}"] if self.at else []
        return " · ".join([*where, self.what])


@dataclass(slots=True)
class Verdict:
    """What a verification found. ``sealed`` counts links, ``kept`` the entries behind them that still stand."""

    sealed: int = 0
    kept: int = 0
    purged_through: int = 0
    unsealed: int = 0
    unsealed_since: dt.datetime | None = None
    anchors: int = 0
    head: AuditSeal | None = None
    faults: list[Fault] = field(default_factory=list)


def anchors_in(lines: Iterable[str]) -> dict[int, str]:
    """The heads named in a log or an anchor file: position to hash. Lines about other things are passed over.

    Where a position is named twice the first counts: the second is what a chain that was written anew would log.
    """
    heads: dict[int, str] = {}
    for line in lines:
        if found := _ANCHOR.search(line):
            heads.setdefault(int(found[1]), found[2])
    return heads


def verify(anchors: dict[int, str] | None = None) -> Verdict:
    """Recompute the whole chain, oldest first, and hold it against ``anchors``. Reads only."""
    verdict = Verdict(anchors=len(anchors or {}))
    unsealed = AuditEntry.objects.unsealed().order_by().aggregate(since=Min("at"))
    verdict.unsealed, verdict.unsealed_since = AuditEntry.objects.unsealed().count(), unsealed["since"]
    verdict.faults += _missing_triggers()
    purged = AuditEntry.objects.filter(kind=Kind.PURGE, seal__isnull=False).order_by("-id").first()
    verdict.purged_through = int(purged.object_id) if purged and purged.object_id.isdecimal() else 0
    expected = dict(anchors or {})
    for seal, entry in _links():
        verdict.faults += _faults_of(seal, entry, verdict.head)
        if entry is None and not _was_purged(seal, purged, verdict.purged_through):
            verdict.faults.append(Fault(_("这条记录被删除"), seal.position, seal.entry_id, seal.sealed_at))
        if expected.pop(seal.position, seal.hash) != seal.hash:
            verdict.faults.append(Fault(_("与存证的摘要不符，链条被重写过"), seal.position))
        verdict.sealed += 1
        verdict.kept += entry is not None
        verdict.head = seal
    head = verdict.head.position if verdict.head else 0
    for position in sorted(expected):
        gone = _("链尾被截去：存证到过这里，现在到 %(head)s 为止") if position > head else _("存证过的封存不在了")
        verdict.faults.append(Fault(gone % {"head": head}, position))
    return verdict


def _links() -> Iterator[tuple[AuditSeal, AuditEntry | None]]:
    """Every seal in order, with its entry or None, in chunks: memory stays flat however long the chain."""
    done = 0
    while seals := list(AuditSeal.objects.filter(position__gt=done).order_by("position")[:_CHUNK]):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            yield seal, entries.get(seal.entry_id)
        done = seals[-1].position


def _faults_of(seal: AuditSeal, entry: AuditEntry | None, before: AuditSeal | None) -> Iterator[Fault]:
    position, hash = (before.position, before.hash) if before else (0, NOTHING_BEFORE)
    if seal.position != position + 1:
        missing = {"first": position + 1, "last": seal.position - 1}
        what = _("此前的封存 %(first)s 至 %(last)s 被删除") % missing
        yield Fault(what, seal.position, seal.entry_id, seal.sealed_at)
    elif seal.previous != hash:
        yield Fault(_("与前一条封存不相接"), seal.position, seal.entry_id, seal.sealed_at)
    if entry and seal.hash != seal.expected_hash(entry):
        yield Fault(_("内容与封存时不一致，记录或封存被改动"), seal.position, seal.entry_id, entry.at)


def _was_purged(seal: AuditSeal, purged: AuditEntry | None, through: int) -> bool:
    """Whether a recorded purge took the entry, and had waited as long as it must."""
    if purged is None or seal.position > through:
        return False
    return seal.sealed_at <= purged.at - dt.timedelta(days=SHORTEST_RETENTION_DAYS)


def _missing_triggers() -> Iterator[Fault]:
    statement = {
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgenabled IN ('O', 'A')",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(statement)
        present = {name for (name,) in cursor.fetchall()}
    for model in (AuditEntry, AuditSeal):
        table = model._meta.db_table
        for name in (f"{table}_{ending}" for ending in TRIGGERS[connection.vendor]):
            if name not in present:
                yield Fault(_("数据库的防改触发器 %(name)s 不在或被停用") % {"name": name})
