"""What a check says while it is under way, and what it leaves: rows, wrong cells, sums, and a notice."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone

from parkparty.core.copying import copy_in
from parkparty.notices.choices import NoticeKind
from parkparty.notices.services import settle, tell
from parkparty.rosters.choices import BatchState
from parkparty.rosters.models import RosterBatch, RosterIssue, RosterRow
from parkparty.rosters.plan.draft import Followed, Piece, Planned
from parkparty.rosters.plan.roster import Plan
from parkparty.rosters.services.following import keep_followers

_AT_ONCE = 2_000
_LOOKED_BACK = 20
"""Earlier batches among which the last one of the same kinds is sought."""


class Cancelled(Exception):
    """Nobody waits for this check any more: it was cancelled, or the batch is being checked by another."""


class Progress:
    """Says on the batch how far its check is, seen at once by everybody, and learns there that it is to stop."""

    def __init__(self, batch: RosterBatch) -> None:
        self._key, self._begun = batch.pk, timezone.now()
        self._done = 0
        waiting = RosterBatch.objects.filter(pk=self._key, state=BatchState.CHECKING)
        if not waiting.update(begun_at=self._begun, step_at=self._begun, to_do=0, done=0):
            raise Cancelled

    def read(self, rows: int) -> None:
        """The file is read and has so many rows.

        Raises:
            Cancelled: when the check is to stop.
        """
        self._say(to_do=rows)

    def checked(self, rows: int) -> None:
        """So many more rows are checked.

        Raises:
            Cancelled: when the check is to stop.
        """
        self._done += rows
        self._say(done=self._done)

    def is_of(self, batch: RosterBatch) -> bool:
        """Whether the batch still waits for this check."""
        return batch.state == BatchState.CHECKING and batch.begun_at == self._begun

    def _say(self, **values: int) -> None:
        ours = RosterBatch.objects.filter(pk=self._key, state=BatchState.CHECKING, begun_at=self._begun)
        if not ours.update(step_at=timezone.now(), **values):
            raise Cancelled


class Findings:
    """Keeps what checking finds, in place of what an earlier check did; with ``numbers`` of these rows alone."""

    COLUMNS = ("batch_id", "number", "outcome", "name", "park_id", "changes")

    def __init__(self, batch: RosterBatch, numbers: Collection[int] | None = None) -> None:
        self._batch = batch
        for found in (batch.checked_rows.all(), batch.issues.all()):
            (found if numbers is None else found.filter(number__in=numbers)).delete()

    def keep(self, piece: Piece) -> None:
        """Keep the rows of a piece, and what is wrong with them."""
        if isinstance(piece, Followed):
            keep_followers(self._batch, piece.rows)
            return
        rows = (
            (self._batch.pk, it.row.number, it.outcome, it.row.name, it.row.park and it.row.park.id, it.changes)
            for it in piece
        )
        copy_in(RosterRow._meta.db_table, self.COLUMNS, rows)
        RosterIssue.objects.bulk_create(self._issues(piece), batch_size=_AT_ONCE)

    def _issues(self, piece: list[Planned]) -> Iterator[RosterIssue]:
        for planned in piece:
            for issue in planned.row.issues:
                issue.batch, issue.park = self._batch, planned.row.park
                yield issue


def sum_up(batch: RosterBatch, plan: Plan, seen: dict[str, Any]) -> None:
    """Put the sums of a plan that was gone through into the batch, and what was ``seen`` beside its rows."""
    for field, number in plan.counts.items():
        setattr(batch, field, number)
    rosters = [part.roster for part in plan.parts]
    batch.rows, batch.sheet = plan.rows, min(rosters, key=lambda roster: roster.layout.first).sheet[:100]
    batch.ignored = [title for roster in rosters for title in roster.ignored][:50]
    batch.seen = seen | {"sheets": [each | plan.sheet_counts(each["first"]) for each in seen["sheets"]]}
    batch.effects, batch.parks, batch.digest = plan.effects, plan.park_keys, plan.digest
    batch.rows_before = rows_before(batch)
    batch.kinds = plan.kinds
    batch.state = BatchState.CHECKED
    batch.save()


def rows_before(batch: RosterBatch) -> int:
    """The rows of the last import like it into the same parks, if more than a tenth of them is missing now (F25).

    As few as that one left behind are taken for those, mended.
    """
    kinds = _kinds(batch)
    before = next((each for each in RosterBatch.objects.before(batch)[:_LOOKED_BACK] if _kinds(each) == kinds), None)
    if before is None or batch.rows <= before.wrong:
        return 0
    return before.rows if batch.rows * 10 < before.rows * 9 else 0


def _kinds(batch: RosterBatch) -> set[str]:
    return {each["kind"] for each in batch.sheets if each["kind"]}


_TOLD = {BatchState.CHECKED: NoticeKind.CHECKED, BatchState.UNREADABLE: NoticeKind.UNREADABLE}


def tell_uploader(batch: RosterBatch) -> None:
    """Tell whoever uploaded the batch, and perhaps left its page, that it is checked; earlier news of it is old."""
    if batch.uploaded_by is None:
        return
    about, address = _about(batch), reverse("rosters:batch", args=[batch.pk])
    values = {"file": batch.filename, "new": batch.new, "changed": batch.changed, "wrong": batch.wrong}
    for kind in _TOLD.values():
        settle(about, kind)
    tell([batch.uploaded_by], _TOLD[BatchState(batch.state)], about=about, address=address, values=values)


def note_opened(batch: RosterBatch) -> None:
    """Take what was told of the batch as read, once its page is open."""
    if batch.state in _TOLD:
        settle(_about(batch), _TOLD[BatchState(batch.state)])


def _about(batch: RosterBatch) -> str:
    return f"{batch._meta.label_lower}:{batch.pk}"
