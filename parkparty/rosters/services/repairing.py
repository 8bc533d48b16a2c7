"""Mending a roster: cells typed on the page, or a mended file in place of the first one. Both are checked anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.choices import Kind
from parkparty.audit.services import record, record_read
from parkparty.rosters.check.rows import APART, DECISION, KIND, NEW_ONE, WHOLE_ROW, Layout, repaired_lines
from parkparty.rosters.choices import DECIDED, SHEET_SPAN, BatchState, IssueKind
from parkparty.rosters.columns import KINDS, known_titles, match_columns
from parkparty.rosters.documents import Annotated, write_annotated
from parkparty.rosters.models import RosterBatch, RosterIssue, RosterRepair
from parkparty.rosters.services.batches import keep_file, kept_copy, locked, own, reach_of, repairs_of
from parkparty.rosters.services.kept import delete_file
from parkparty.rosters.services.reading import aliases_of
from parkparty.rosters.services.rechecking import recheck_touched
from parkparty.rosters.sheets.reading import Workbook, opened

SKIP = "skip"
"""Of a row that may be a company of the site or of another row: it is left out."""

Place = tuple[int, str]
"""A cell: its row's number and its column's key."""


@transaction.atomic
def repair_cells(
    batch: RosterBatch,
    *,
    by: User,
    typed: Mapping[Place, str],
    everywhere: Collection[Place],
    left_out: Collection[int],
) -> int:
    """Take what was typed in place of wrong cells; for those in ``everywhere``, in every wrong cell that says the same.

    Rows in ``left_out`` are not imported. Returns how many cells and rows changed. What that bears on is checked here
    and now where it can be told from the rest; otherwise the batch waits to be checked.

    Raises:
        ValidationError: when the batch is not waiting for a decision.
    """
    batch = _open(batch, by)
    wanted = dict(typed)
    for place in everywhere:
        wanted |= dict.fromkeys(_like(batch, place), typed[place]) if place in typed else {}
    wanted |= {(number, WHOLE_ROW): "" for number in left_out}
    return _keep(batch, wanted, by)


@transaction.atomic
def accept_proposals(batch: RosterBatch, *, by: User, wanted: Q) -> int:
    """Put the proposals of the issues that ``wanted`` picks into their cells; returns how many.

    Raises:
        ValidationError: when the batch is not waiting for a decision.
    """
    batch = _open(batch, by)
    issues = batch.issues.filter(wanted).exclude(proposal="").values_list("number", "key", "proposal")
    return _keep(batch, {(number, key): proposal for number, key, proposal in issues}, by)


@transaction.atomic
def decide_alike(batch: RosterBatch, *, by: User, number: int, choice: str, everywhere: bool) -> int:
    """Settle whether the row ``number`` is the company that it was shown beside, of the site or of another row.

    ``choice`` is the ``likeness`` of an issue of the row when it is, ``NEW_ONE`` when it is not, or ``SKIP``.
    ``everywhere`` decides all rows alike that wait for the same; where it is one company, each for its first likeness.
    Returns how many cells and rows changed.

    Raises:
        ValidationError: when the batch is not waiting for a decision.
    """
    batch = _open(batch, by)
    asked = list(batch.issues.filter(number=number, kind__in=DECIDED))
    chosen = next((issue for issue in asked if issue.likeness == choice), None)
    if not asked or (chosen is None and choice not in _answers(asked[0])):
        return 0
    issues = batch.issues.filter(kind=asked[0].kind).order_by("number", "id") if everywhere else asked[:1]
    firsts: dict[int, RosterIssue] = {number: chosen} if chosen else {}
    for issue in issues:
        firsts.setdefault(issue.number, issue)
    wanted: dict[Place, str] = {}
    for issue in sorted(firsts.values(), key=lambda issue: issue.number):
        wanted |= _answered(issue, choice if choice in _answers(issue) else issue.likeness)
    return _keep(batch, wanted, by)


def _answers(issue: RosterIssue) -> tuple[str, ...]:
    """What may be said of a row beside that it is the same company; two rows of one code are not two companies."""
    return (SKIP,) if issue.kind == IssueKind.DUPLICATE else (NEW_ONE, SKIP)


def _answered(issue: RosterIssue, choice: str) -> dict[Place, str]:
    """The repairs that carry out a decision. What a row says is put into the row of its company, and it goes."""
    if choice == SKIP:
        return {(issue.number, WHOLE_ROW): ""}
    if issue.kind == IssueKind.ALIKE:
        return {(issue.number, DECISION): choice}
    if choice == NEW_ONE:
        return {(issue.number, APART): ""}
    told = {(issue.params["row"], key): told for key, told, held in issue.params["pairs"] if told and told != held}
    return told | {(issue.number, WHOLE_ROW): ""}


@transaction.atomic
def choose_kinds(batch: RosterBatch, *, by: User, kinds: Mapping[int, str]) -> int:
    """Say what sheets hold, by what their rows are numbered above; nothing for one that is left out.

    Returns how many sheets changed.

    Raises:
        ValidationError: when the batch is not waiting for a decision, or two sheets would be of one kind.
    """
    batch = _open(batch, by)
    now = {each["first"]: each["kind"] for each in batch.sheets}
    fits = {each["first"]: each["fits"] for each in batch.sheets}
    wanted = {first: kind for first, kind in kinds.items() if first in fits and kind in ["", *fits[first]]}
    taken = [kind for kind in (now | wanted).values() if kind]
    if len(set(taken)) < len(taken):
        raise ValidationError(_("有两张工作表选了同一项内容。每项只选一张，其余选“不导入”。"))
    return _keep(batch, {(first, KIND): kind for first, kind in wanted.items() if kind != now[first]}, by)


@transaction.atomic
def forget_repairs(batch: RosterBatch, *, by: User) -> int:
    """Go back to what the file says; returns how many repairs that were.

    Raises:
        ValidationError: when the batch is not waiting for a decision.
    """
    batch = _open(batch, by)
    before = repairs_of(batch)
    count, _models = batch.repairs.all().delete()
    if not recheck_touched(batch, before, {}):
        _wait_for_check(batch)
    record(gettext_noop("撤回名册改正"), batch, by=by, changes={"cells": [count, 0]})
    return count


def replace_file(batch: RosterBatch, file: File, *, by: User) -> RosterBatch:
    """Take a mended file in place of the batch's own; what was typed on the page belonged to that one and goes.

    Raises:
        ValidationError: when the batch is past that.
    """
    reach_of(by)
    kept = None
    try:
        with transaction.atomic():
            batch = _open(batch, by, BatchState.CHECKED, BatchState.UNREADABLE, BatchState.CANCELLED)
            storage, former = batch.file.storage, batch.file.name
            keep_file(batch, file)
            kept = batch.file.name
            batch.repairs.all().delete()
            batch.fault = batch.fault_detail = ""
            _wait_for_check(batch)
            record(gettext_noop("上传改正后的名册"), batch, by=by)
            if former:
                transaction.on_commit(lambda: delete_file(storage, former))
    except BaseException:
        if kept:
            batch.file.storage.delete(kept)
        raise
    return batch


def annotated_workbook(batch: RosterBatch, *, by: User) -> bytes:
    """The batch's rows as a workbook, each where it stands in the file, with the wrong cells coloured and explained.

    Once the good rows are imported, only those that stayed behind, one below the other.

    Raises:
        Refused: when the kept file is gone.
    """
    batch, aliases = own(batch, by), aliases_of(batch.uploaded_by)
    with kept_copy(batch) as path, opened(path, filename=batch.filename, known=known_titles(aliases)) as book:
        content = write_annotated(_repaired_sheets(batch, book, aliases), batch.issues.all())
    record_read(gettext_noop("下载标注文件"), batch, by=by, details={"rows": batch.rows}, kind=Kind.EXPORT)
    return content


def _repaired_sheets(batch: RosterBatch, book: Workbook, aliases: Mapping[str, str]) -> Iterator[Annotated]:
    """The sheets that are imported, as the file and what was typed on the page have them."""
    only_wrong = batch.may_fetch_rest
    kinds = {each["first"]: each["kind"] for each in batch.sheets if each["wrong"] or not only_wrong}
    repairs = repairs_of(batch)
    for at, sheet in enumerate(book):
        if kind := KINDS.get(kinds.get(at * SHEET_SPAN, "")):
            layout = Layout(sheet.name, {}, kind, at * SHEET_SPAN)
            layout.positions, _ignored = match_columns(sheet.titles, aliases, kind)
            sheet.rows = ((layout.first + number, cells) for number, cells in sheet.rows)
            lines = ((number - layout.first, cells) for number, cells in repaired_lines(sheet, layout, repairs))
            yield Annotated(sheet.name, sheet.header_row, sheet.titles, lines, layout.first, only_wrong)


def _open(batch: RosterBatch, by: User, *states: BatchState) -> RosterBatch:
    batch = own(locked(batch.pk), by)
    if batch.state not in (states or (BatchState.CHECKED,)):
        raise ValidationError(_("这个批次现在不能改正：%(state)s。") % {"state": batch.get_state_display()})
    return batch


def _like(batch: RosterBatch, place: Place) -> list[Place]:
    number, key = place
    issue = batch.issues.filter(number=number, key=key).first()
    if issue is None:
        return []
    same = batch.issues.filter(key=key, column=issue.column, value=issue.value)
    return [(n, key) for n in same.values_list("number", flat=True)]


def _keep(batch: RosterBatch, wanted: Mapping[Place, str], by: User) -> int:
    if not wanted:
        return 0
    before = repairs_of(batch)
    RosterRepair.objects.bulk_create(
        (RosterRepair(batch=batch, number=number, key=key, value=value) for (number, key), value in wanted.items()),
        update_conflicts=True,
        unique_fields=["batch", "number", "key"],
        update_fields=["value"],
        batch_size=2_000,
    )
    if not recheck_touched(batch, before, {**before, **wanted}):
        _wait_for_check(batch)
    record(gettext_noop("改正名册单元格"), batch, by=by, changes={"cells": [None, len(wanted)]})
    return len(wanted)


def _wait_for_check(batch: RosterBatch) -> None:
    batch.state, batch.begun_at = BatchState.CHECKING, None
    batch.save()
