"""Companies of one park whose names differ only in the legal form or a place name: perhaps one company, perhaps two.

Only a person can tell, so that such a row waits: 更新 says that it is the same company, 新增 that it is another one.
A credit code decides by itself: two companies that both have one are never taken for each other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from parkparty.core.copying import in_pieces
from parkparty.core.text import fold, half_width
from parkparty.places.models import Area, Building, Park
from parkparty.rosters.check.known import AT_ONCE, Known, fetch_records
from parkparty.rosters.check.rows import NEW_ONE, Row
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.staging.records import CompanyRecord
from parkparty.rosters.staging.stage import Companies, Stage

_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|公司|集团|股份)$")
_UNIT = re.compile(r"[省市区县]$")
OFFERED = 3
"""Companies that one row may be taken for."""


class Names:
    """Names without legal form and place; the places are those of the site, so that other cities keep theirs."""

    def __init__(self, places: Iterable[str]) -> None:
        words = {short for name in places if len(short := _UNIT.sub("", name)) > 1}
        some = "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"
        self._bracketed = re.compile(rf"\((?:中国|{some})[省市区县]?\)")
        self._leading = re.compile(rf"^(?:{some})[省市区县]?")

    def core(self, name: str) -> str:
        """What is left of a name; blank when that is too little to go by."""
        rest = fold(self._bracketed.sub("", half_width(name)))
        while (shorter := _FORM.sub("", rest)) != rest:
            rest = shorter
        while (shorter := self._leading.sub("", rest)) != rest:
            rest = shorter
        return rest if len(rest) > 1 else ""


class Likenesses:
    """Companies of the roster's parks that none of its rows names outright, by what is left of their names."""

    def __init__(self, stage: Stage, known: Known) -> None:
        self._stage, self._known = stage, known

    @cached_property
    def names(self) -> Names:
        """How names are shortened."""
        return Names(Area.objects.values_list("name", flat=True).distinct())

    @cached_property
    def _stored(self) -> Mapping[tuple[int, str], list[int]]:
        """Fetched once, before the first company is added: rows are never likened to companies of their own file."""
        found: dict[tuple[int, str], list[int]] = defaultdict(list)
        for key, name, park in self._stage.sitting_in(self._known.named_parks) if self._known.named_parks else ():
            if core := self.names.core(name):
                found[park, core].append(key)
        return found

    def of(self, row: Row) -> list[int]:
        """The keys of companies that now sit in the row's park under nearly its name."""
        return self._named(row.park, row.name)

    def rows(self) -> Iterator[int]:
        """The numbers of rows of no stored company for which there are any."""
        for number, name, park in self._stage.lines(("name", "park"), unknown=True) if self._stored else ():
            if self._named(self._known.park_of(park or ""), name or ""):
                yield number

    def _named(self, park: Park | None, name: str) -> list[int]:
        return self._stored.get((park.pk, self.names.core(name)), []) if self._stored and park else []


def match_alike(rows: Iterable[Row], known: Known, likenesses: Likenesses) -> None:
    """For rows that would found a company: take the one that was decided on, or note that somebody has to decide."""
    waiting = [row for row in rows if row.park and row.company is None and row.can_tell("name", "uscc")]
    alike = {row.number: keys for row in waiting if (keys := likenesses.of(row))}
    wanted = {key for keys in alike.values() for key in keys}
    stored = {company.pk: company for some in in_pieces(sorted(wanted), AT_ONCE) for company in _fetch(some, known)}
    for row in (row for row in waiting if row.number in alike):
        found = [stored[key] for key in sorted(alike[row.number])]
        found = [company for company in found if not (company.uscc and "uscc" in row.values) and known.keeps(company)]
        chosen = next((company for company in found if str(company.pk) == row.decision), None)
        if chosen:
            row.company = chosen
        elif row.decision != NEW_ONE:
            for company in found[:OFFERED]:
                row.fault("name", IssueKind.ALIKE, **_side_by_side(row, company, known))


def _fetch(keys: list[int], known: Known) -> list[CompanyRecord]:
    return fetch_records(Companies.of(keys), known)


def _side_by_side(row: Row, company: CompanyRecord, known: Known) -> dict[str, object]:
    """What the file and the site say, by column, for the page on which somebody decides."""
    tenancy = known.open_tenancy(company, row.park) if row.park else None
    building: Building | None = tenancy.building if tenancy else None
    held = {
        "name": company.name,
        "uscc": company.uscc or "",
        "building": building.name if building else "",
        "industry": company.industry_id or "",
        "tenancy_since": tenancy.since.isoformat() if tenancy else "",
    }
    pairs = [[key, str(row.values.get(key, "")), stored] for key, stored in held.items()]
    return {"company": company.pk, "stored": company.name, "pairs": [p for p in pairs if p[1] or p[2]]}
