"""A checked batch after a repair: the touched rows and those that they bear on are looked at again, all else stays.

These rows go through the same check as a file of their own, once as they were and once as they are. As they were they
must come to what was found, so that nothing on the site or in the file is taken for what it was; the difference goes
into the sums. Wherever rows elsewhere might matter, nothing is done and the whole file is to be checked.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import override

from parkparty.core.copying import in_pieces
from parkparty.core.text import fold
from parkparty.places.models import Area, Park
from parkparty.rosters.check.known import AT_ONCE
from parkparty.rosters.check.rows import WHOLE_ROW, Layout, Repairs
from parkparty.rosters.check.ties import Entangled, Kin, find_kin, read_told
from parkparty.rosters.choices import SHEET_SPAN, Effect, Outcome
from parkparty.rosters.columns import COMPANIES, match_columns
from parkparty.rosters.models import RosterBatch, RosterIssue
from parkparty.rosters.plan.draft import Planned
from parkparty.rosters.plan.parts import MANY, CompanySheet
from parkparty.rosters.plan.roster import DIGESTS, Plan, plan_book
from parkparty.rosters.services.batches import day_of, reach_now
from parkparty.rosters.services.checking import Findings, rows_before
from parkparty.rosters.services.kept import kept_answers
from parkparty.rosters.services.reading import aliases_of, staged_sheets
from parkparty.rosters.sheets.limits import Refused
from parkparty.rosters.sheets.reading import Line, Sheet, Workbook

MOST = 400
"""Rows that are looked at while somebody waits: fewer than ``MANY``, so that each is looked at by itself."""


@override(settings.LANGUAGE_CODE)  # what changes is told in the language in which tasks tell it
def recheck_touched(batch: RosterBatch, before: Repairs, after: Repairs) -> bool:
    """Check again what a change of repairs bears on; False, and nothing done, where the whole file is to be checked.

    The caller holds the batch, which is checked with ``before``.
    """
    changed = {place for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    try:
        first = _only_sheet(batch, changed)
        file = _File(batch, aliases := aliases_of(batch.uploaded_by), kept_answers(batch, aliases), first)
        kin = file.kin(before, after, {number for number, _key in changed})
        former, fresh = file.judged(before, kin, kin.before), file.judged(after, kin, kin.after)
        if former.background != fresh.background or former.told != _found(batch, kin.numbers):
            raise Entangled
    except (Entangled, Refused):
        return False
    _keep(batch, kin, former, fresh)
    return True


def _only_sheet(batch: RosterBatch, changed: Collection[tuple[int, str]]) -> int:
    """What the rows of the one sheet that is imported are numbered above: companies, of which only cells change.

    Raises:
        Entangled: when there is more than that to it.
    """
    sheets = [each for each in batch.sheets if each["kind"]]
    cells_only = all(key in COMPANIES.by_key or key == WHOLE_ROW for _number, key in changed)
    if [each["kind"] for each in sheets] != [COMPANIES.key] or not cells_only:
        raise Entangled
    first: int = sheets[0]["first"]
    return first


@dataclass
class Judged:
    """What some rows of a file come to."""

    plan: Plan
    rows: list[Planned]
    background: tuple[Any, ...]

    @property
    def told(self) -> tuple[list[Any], list[Any]]:
        """The rows and what is wrong in them, as ``_found`` gives them."""
        rows = [
            [it.row.number, str(it.outcome), it.row.name, it.row.park and it.row.park.pk, json.loads(it.changes)]
            for it in self.rows
        ]
        issues = [
            [issue.number, it.row.park and it.row.park.pk, *_words(issue), _plain(issue.params)]
            for it in self.rows
            for issue in it.row.issues
        ]
        return sorted(rows, key=repr), sorted(issues, key=repr)


_TOLD = ("cell", "column", "key", "proposal", "kind", "value")


def _found(batch: RosterBatch, numbers: Collection[int]) -> tuple[list[Any], list[Any]]:
    """What was found of some rows, and what is wrong in them."""
    rows = batch.checked_rows.filter(outcome__in=Outcome.values, number__in=numbers)
    issues = batch.issues.filter(number__in=numbers)
    told = map(list, rows.values_list("number", "outcome", "name", "park", "changes"))
    return sorted(told, key=repr), sorted(map(list, issues.values_list("number", "park", *_TOLD, "params")), key=repr)


def _words(issue: RosterIssue) -> Iterator[str]:
    return (str(getattr(issue, name)) for name in _TOLD)


def _plain(params: Mapping[str, object]) -> Any:
    return json.loads(json.dumps(params, cls=DjangoJSONEncoder))


class _File:
    """A batch's file as it was read, with the one sheet that is imported."""

    def __init__(self, batch: RosterBatch, aliases: Mapping[str, str], answers: list[Any] | None, first: int) -> None:
        if answers is None:
            raise Entangled
        self._batch, self._aliases, self._answers, self._first = batch, aliases, answers, first

    def kin(self, before: Repairs, after: Repairs, touched: Collection[int]) -> Kin:
        """The touched rows and those that they bear on.

        Raises:
            Entangled: when they cannot be told from the others.
        """
        sheet, lines = self._sheet()
        layout = Layout(sheet.name, {}, COMPANIES, self._first)
        layout.positions, _ignored = match_columns(sheet.titles, self._aliases, COMPANIES)
        added = [{key for _number, key in repairs if key in COMPANIES.by_key} for repairs in (before, after)]
        if added[0] - layout.positions.keys() != added[1] - layout.positions.keys():
            raise Entangled
        was = read_told(sheet, layout, before, lines)
        now = read_told(sheet, layout, after, [line for line in lines if line[0] in touched])
        rest = {number: told for number, told in was.items() if number not in touched}
        if (len(was) < MANY) != (len(rest) + len(now) < MANY):
            raise Entangled
        places = Area.objects.values_list("name", flat=True).distinct()
        return find_kin(was, rest | now, touched, places, MOST)

    def judged(self, repairs: Repairs, kin: Kin, told: Mapping[int, Any]) -> Judged:
        """What the rows of ``kin`` come to, with the ``told`` of all rows behind them.

        Raises:
            Entangled: when that may go by other rows.
        """
        some = Workbook(self._only(kin.numbers))
        with ExitStack() as stages:
            book = staged_sheets(some, stages, self._aliases, repairs)
            for key in ("park", "superior"):
                said = {getattr(each, key) for each in told.values()} - {None}
                book.rosters[0].stage.named[key] |= said
            plan = plan_book(book.rosters, reach=reach_now(self._batch), day=day_of(self._batch))
            rows = [planned for piece in plan.pieces() if isinstance(piece, list) for planned in piece]
            (part,) = plan.parts
            if not isinstance(part, CompanySheet) or not part.are_by_themselves(planned.row for planned in rows):
                raise Entangled
            return Judged(plan, rows, part.background)

    def _only(self, numbers: Collection[int]) -> Iterator[Any]:
        """What was read, of the rows only those with these numbers."""
        first = -SHEET_SPAN
        for answer in self._answers:
            if isinstance(answer, list):
                wanted = [pair for pair in zip(*answer, strict=True) if first + pair[0] in numbers]
                yield [*map(list, zip(*wanted, strict=True))] if wanted else [[], []]
                continue
            first += SHEET_SPAN if "sheet" in answer else 0
            yield answer

    def _sheet(self) -> tuple[Sheet, list[Line]]:
        """The sheet that is imported, and its rows."""
        for at, sheet in enumerate(Workbook(iter(self._answers))):
            if at * SHEET_SPAN == self._first:
                return sheet, [(self._first + number, cells) for number, cells in sheet.rows]
        raise Entangled


def _keep(batch: RosterBatch, kin: Kin, former: Judged, fresh: Judged) -> None:
    """Put what the rows come to now in place of what they came to, and the difference into the batch's sums."""
    Findings(batch, kin.numbers).keep(fresh.rows)
    was, now = former.plan, fresh.plan
    for field, number in now.counts.items():
        setattr(batch, field, getattr(batch, field) + number - was.counts[field])
    batch.rows += now.rows - was.rows
    kinds = Counter(batch.kinds)
    kinds.subtract(was.kinds)
    batch.kinds = kinds + now.kinds
    more = {effect: now.effects[effect] - was.effects[effect] for effect in batch.effects}
    more[Effect.BUILDINGS.value] = _more_buildings(batch, kin, former, fresh)
    batch.effects = {effect: n + more[effect] for effect, n in batch.effects.items()}
    batch.parks = sorted(_parks(batch))
    batch.digest = f"{(int(batch.digest, 16) - int(was.digest, 16) + int(now.digest, 16)) % DIGESTS:064x}"
    counts = {outcome.value: getattr(batch, outcome.value) for outcome in Outcome}
    sheets = [each | counts if each["kind"] else each for each in batch.seen["sheets"]]
    batch.seen = batch.seen | {"sheets": sheets}
    batch.rows_before = rows_before(batch)
    batch.save()


def _parks(batch: RosterBatch) -> set[str]:
    named = batch.checked_rows.order_by().values_list("park", flat=True).distinct()
    return set(Park.objects.filter(pk__in=[key for key in named if key]).values_list("key", flat=True))


def _more_buildings(batch: RosterBatch, kin: Kin, former: Judged, fresh: Judged) -> int:
    """How many more buildings are new than before: those that no row elsewhere founds as well."""
    was, now = former.plan.new_buildings, fresh.plan.new_buildings
    return sum(1 if key in now else -1 for key in was ^ now if not _is_founded_elsewhere(batch, kin, *key))


def _is_founded_elsewhere(batch: RosterBatch, kin: Kin, park: int, name: str) -> bool:
    elsewhere = (number for number in kin.after.keys() - kin.numbers if fold(kin.after[number].building or "") == name)
    good = batch.checked_rows.filter(park=park).exclude(outcome=Outcome.WRONG)
    return any(good.filter(number__in=some).exists() for some in in_pieces(elsewhere, AT_ONCE))
