"""The history of each company as rows that a database can group: ``CompanySpell``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from parkparty.companies.choices import Denominator
from parkparty.companies.models import Company
from parkparty.coverage.figures.history import History, Standing

BIT = {denominator: 1 << number for number, denominator in enumerate(Denominator.values)}
"""The bit of ``CompanySpell.denominators`` that stands for each denominator."""

INDUSTRY_DIGITS = 2
"""Of a code of GB/T 4754: its division, 行业大类."""

Way = tuple[str, bool, int, str]
"""Path, whether on site, denominators and state of a spell."""


class Spell(NamedTuple):
    """A row of ``CompanySpell``, its days as ISO. A company begins one at a path on a day at most."""

    company_id: int
    path: str
    since: str
    until: str | None
    on_site: bool
    denominators: int
    state: str
    industry: str
    size: str
    staff_band: int


def spells_of(histories: Mapping[int, History]) -> Iterator[Spell]:
    """The spells of the companies that have ``histories``; one query for what else the companies are."""
    asked = ("pk", "industry", "size", "staff_band")
    rows = Company.objects.filter(pk__in=histories).order_by().values_list(*asked)
    for pk, industry, size, staff_band in rows:
        division = (industry or "")[:INDUSTRY_DIGITS]
        for (path, on_site, counted_as, state), since, until in _runs(histories[pk]):
            yield Spell(pk, path, since, until, on_site, counted_as, state, division, size, staff_band)


def _runs(history: History) -> Iterator[tuple[Way, str, str | None]]:
    """Each way in which a company was one of a place or an organisation, with the days (ISO) of it, half-open."""
    held: dict[Way, str] = {}
    for day, standing in history.steps:
        now = _ways(standing)
        for way in held.keys() - now:
            yield way, held.pop(way), day
        for way in now:
            held.setdefault(way, day)
    for way, since in held.items():
        yield way, since, None


def _ways(standing: Standing) -> set[Way]:
    denominators = sum(BIT[name] for name in standing.counted_as)
    here = {(path, path in standing.on_site, denominators, standing.state) for path in standing.sits}
    return here | {(path, bool(standing.on_site), denominators, standing.state) for path in standing.tied}
