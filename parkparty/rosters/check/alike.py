"""Companies of one park whose names differ only in the legal form or a place name: perhaps one company, perhaps two.

Only a person can tell, so that such a row waits: 更新 says that it is the same company, 新增 that it is another one.
A credit code decides by itself: two companies that both have one are never taken for each other.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from parkparty.companies.models import Company
from parkparty.core.text import fold, half_width
from parkparty.places.models import Area, Building
from parkparty.rosters.check.known import Known, chunks, fetch_facts
from parkparty.rosters.check.rows import NEW_ONE, Row
from parkparty.rosters.choices import IssueKind

_FORM = re.compile(r"(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|公司|集团|股份)$")
_UNIT = re.compile(r"[省市区县]$")
_OFFERED = 3
"""Companies that one row may be taken for."""


class Names:
    """Names without legal form and place; the places are those of the site, so that other cities keep theirs."""

    def __init__(self, places: Iterable[str]) -> None:
        words = {short for name in places if len(short := _UNIT.sub("", name)) > 1}
        some = "|".join(sorted(map(re.escape, words), key=len, reverse=True)) or "(?!)"
        self._bracketed = re.compile(rf"\((?:中国|{some})[省市区县]?\)")
        self._leading = re.compile(rf"^(?:{some})[省市区县]?")
        self.core = cache(self._core)

    def _core(self, name: str) -> str:
        """What is left of a name; blank when that is too little to go by."""
        rest = fold(self._bracketed.sub("", half_width(name)))
        while (shorter := _FORM.sub("", rest)) != rest:
            rest = shorter
        while (shorter := self._leading.sub("", rest)) != rest:
            rest = shorter
        return rest if len(rest) > 1 else ""


def match_alike(rows: Iterable[Row], known: Known, taken: Collection[int]) -> None:
    """For rows that would found a company: take the one that was decided on, or note that somebody has to decide.

    Companies in ``taken`` are named by other rows.
    """
    waiting = [row for row in rows if row.park and row.company is None and row.can_tell("name", "uscc")]
    if not waiting:
        return
    names = Names(Area.objects.values_list("name", flat=True).distinct())
    alike = _candidates(waiting, names, known, taken)
    for row in waiting:
        found = [company for company in alike.get(row.number, ()) if not (company.uscc and "uscc" in row.values)]
        chosen = next((company for company in found if str(company.pk) == row.decision), None)
        if chosen:
            row.company = chosen
        elif row.decision != NEW_ONE:
            for company in found[:_OFFERED]:
                row.fault("name", IssueKind.ALIKE, **_side_by_side(row, company, known))


def _candidates(rows: list[Row], names: Names, known: Known, taken: Collection[int]) -> Mapping[int, list[Company]]:
    """By row number the companies that now sit in the row's park under nearly its name."""
    named = _named_alike(rows, names, taken)
    found: dict[int, list[Company]] = defaultdict(list)
    for some in chunks(sorted(named)):
        fetch_facts([pk for pk in some if pk not in known.tenancies], known)
        for company in filter(known.keeps, Company.objects.filter(pk__in=some).order_by("pk")):
            for row in named[company.pk]:
                found[row.number].append(company)
    return found


def _named_alike(rows: list[Row], names: Names, taken: Collection[int]) -> Mapping[int, list[Row]]:
    """By the key of the company, whoever keeps it, the rows of its park that call it nearly the same."""
    wanted: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row.park and (core := names.core(row.name)):
            wanted[row.park.pk, core].append(row)
    parks = {park for park, _core in wanted}
    here = Company.objects.filter(tenancies__park__in=parks, tenancies__until__isnull=True)
    found: dict[int, list[Row]] = defaultdict(list)
    for pk, name, park in here.values_list("pk", "name", "tenancies__park").iterator():
        if pk not in taken and (hits := wanted.get((park, names.core(name)))):
            found[pk] += hits
    return found


def _side_by_side(row: Row, company: Company, known: Known) -> dict[str, object]:
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
