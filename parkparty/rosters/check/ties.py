"""Which rows of companies bear on which others, so that after a repair only those are looked at again.

What becomes of a row depends on the row, on the site, and on rows that share a code, a name or what is left of it, the
key of a record, or a branch with it. Rows that share nothing come to the same with and without each other; parks are
left out of account, which ties more rows than need be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, NamedTuple

from django.db.models import Q

from parkparty.companies.models import Company
from parkparty.core.copying import AT_ONCE, in_pieces
from parkparty.core.text import fold, half_width
from parkparty.rosters.check.alike import Names
from parkparty.rosters.check.rows import Faults, Layout, Reader, Repairs, repaired_lines
from parkparty.rosters.columns import COMPANIES, RecordKey, shown
from parkparty.rosters.sheets.reading import Line, Sheet

_READ = ("name", "uscc", "park", "branch", "building", "superior")


class Entangled(Exception):
    """Rows cannot be looked at without the others: what becomes of them may go by more than the rows tied to them."""


class Told(NamedTuple):
    """What a row says that others may say as well, None where it says nothing or it cannot be read."""

    name: str | None
    uscc: str | None
    """Blank where it cannot be read."""
    park: str | None
    branch: str | None
    building: str | None
    superior: str | None
    record: str


def read_told(sheet: Sheet, layout: Layout, repairs: Repairs, lines: Iterable[Line]) -> dict[int, Told]:
    """What the rows ``lines`` of a sheet say, by number, with what was typed in place of their cells."""
    sheet.rows = lines
    found: dict[int, Told] = {}
    lines = repaired_lines(sheet, layout, repairs)
    places = [layout.positions.get(key) for key in _READ]
    readers = [
        None if place is None else Reader(COMPANIES.by_key[key], place, None)
        for key, place in zip(_READ, places, strict=True)
    ]
    record = layout.positions.get("record")
    for piece in in_pieces(lines, AT_ONCE):
        numbers, rows = zip(*piece, strict=True)
        written = [*zip_longest(*rows, fillvalue="")]
        nothing: list[Any] = [None] * len(rows)
        faults: Faults = defaultdict(list)
        read = [each.read(written, len(rows), faults) if each else nothing for each in readers]
        for place in (place for place, wrong in faults.items() if any(key == "uscc" for key, _fault in wrong)):
            read[_READ.index("uscc")][place] = ""
        records = [""] * len(rows)
        if record is not None and record < len(written):
            records = [half_width(shown(cell)) for cell in written[record]]
        found |= zip(numbers, map(Told._make, zip(*read, records, strict=True)), strict=True)
    return found


@dataclass
class Kin:
    """All rows of a sheet as they were and as they are, and those of them that repairs bear on."""

    before: Mapping[int, Told]
    after: Mapping[int, Told]
    numbers: set[int]
    """The touched rows, and all that are tied to them, however many rows lie between."""

    @property
    def told(self) -> Iterator[Told]:
        """What the rows in ``numbers`` said and say."""
        return (rows[number] for rows in (self.before, self.after) for number in self.numbers if number in rows)


class Ties:
    """Which rows say what ties rows together, by the kind of tie and by what they say."""

    def __init__(self, names: Names | None) -> None:
        """With ``names`` what is left of a name ties rows, too."""
        self._kinds: dict[str, Callable[[Told], str]] = {
            "uscc": lambda told: told.uscc or "",
            "record": lambda told: told.record,
            "branch": lambda told: fold(told.branch or ""),
            "name": lambda told: fold(told.name or "")[:120],
        }
        if names:
            self._kinds["core"] = lambda told: names.core(told.name or "")
        self._first: dict[str, dict[str, int]] = {kind: {} for kind in self._kinds}
        self._more: dict[tuple[str, str], list[int]] = defaultdict(list)

    def add(self, rows: Mapping[int, Told]) -> None:
        """Take in what these rows say. Of most things one row says them."""
        for kind, said_by in self._kinds.items():
            firsts = self._first[kind]
            for number, told in rows.items():
                if (said := said_by(told)) and firsts.setdefault(said, number) != number:
                    self._more[kind, said].append(number)

    def saying(self, kind: str, said: str) -> set[int]:
        """The rows that say it."""
        first = self._first[kind].get(said)
        return set() if first is None else {first, *self._more.get((kind, said), ())}

    def tied_to(self, told: Told) -> set[int]:
        """The rows that share anything with one that says this."""
        return {number for kind, said_by in self._kinds.items() for number in self.saying(kind, said_by(told))}


def find_kin(
    before: Mapping[int, Told], after: Mapping[int, Told], touched: Collection[int], places: Iterable[str], most: int
) -> Kin:
    """Which rows bear on ``touched`` ones or the other way round. ``places`` are the names of the site's areas.

    Raises:
        Entangled: when there are more than ``most``, or others lean on the same companies of the site.
    """
    # Nearly alike are only rows of which one says no code.
    coded = all(told.uscc is not None for rows in (before, after) for told in rows.values())
    ties = Ties(None if coded else Names(places))
    ties.add(before)
    ties.add({number: after[number] for number in touched if number in after})
    kin = Kin(before, after, set(touched))
    waiting = set(touched)
    while waiting:
        said = (rows[number] for rows in (before, after) for number in waiting if number in rows)
        waiting = {number for told in said for number in ties.tied_to(told)} - kin.numbers
        kin.numbers |= waiting
        if len(kin.numbers) > most:
            raise Entangled
    _refuse_shared_companies(kin, ties)
    _refuse_spellings(kin)
    return kin


def _refuse_shared_companies(kin: Kin, ties: Ties) -> None:
    """A company of the site may be found by its code, its key and its name: rows that say different ones of them."""
    column = COMPANIES.by_key["record"]
    told = list(kin.told)
    records = [column.parse(each.record) for each in told if each.record]
    found = Company.objects.filter(
        Q(uscc__in={each.uscc for each in told if each.uscc})
        | Q(folded_name__in={fold(each.name)[:120] for each in told if each.name})
        | Q(pk__in=records)
    )
    for key, code, name in found.values_list("pk", "uscc", "folded_name"):
        written = column.written(key) if isinstance(column, RecordKey) else ""
        rows = ties.saying("uscc", code or "") | ties.saying("name", name) | ties.saying("record", written)
        if not kin.numbers >= rows:
            raise Entangled


def _refuse_spellings(kin: Kin) -> None:
    """A new building is called what the first row calls it, and which row that is others may decide."""
    spellings: dict[str, set[str]] = defaultdict(set)
    for told in chain(kin.before.values(), kin.told):
        if told.building:
            spellings[fold(told.building)].add(told.building)
    if any(len(spellings[fold(told.building)]) > 1 for told in kin.told if told.building):
        raise Entangled
