"""Keeping the spells of companies in step with their histories, and the counts of those without an end with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection

from parkparty.core.copying import in_pieces
from parkparty.coverage.figures.history import History
from parkparty.coverage.figures.spells import Spell, spells_of
from parkparty.coverage.models import CompanyHistory, CompanySpell, SpellCount
from parkparty.coverage.services.carrying import BATCH, add, carry

WAY = ("path", "on_site", "denominators", "state", "industry", "size", "staff_band")
"""What tells the counts of spells apart."""


def tell(histories: Mapping[int, History]) -> None:
    """Write the spells of companies by their ``histories``; those that stood are gone."""
    add(CompanySpell._meta.db_table, Spell._fields, (), {spell: {} for spell in spells_of(histories)})


@contextmanager
def counting_spells_of(companies: Collection[int]) -> Iterator[None]:
    """Keep the counts in step while the spells of ``companies`` are written."""
    before = _open_spells(companies)
    yield
    changes = _open_spells(companies)
    changes.subtract(before)
    carry(SpellCount, WAY, ("number",), {way: {"number": number} for way, number in changes.items() if number})


def _open_spells(companies: Collection[int]) -> Counter[tuple[Any, ...]]:
    spells = CompanySpell.objects.filter(company_id__in=companies, until__isnull=True)
    return Counter(spells.values_list(*WAY))


def count_spells() -> None:
    """Count all spells without an end anew, in one statement."""
    SpellCount.objects.all().delete()
    with connection.cursor() as cursor:
        # Names of our own tables and columns.
        cursor.execute(f"INSERT INTO coverage_spellcount ({', '.join(WAY)}, number) {OPEN} ORDER BY path")  # nosec B608


def count_differences() -> list[str]:
    """Of which ways the counts say something else than the spells, in words; nothing when all is right."""
    names = ", ".join(WAY)
    # Names of our own tables and columns.
    kept = f"SELECT {names}, -number AS number FROM coverage_spellcount"  # nosec B608
    # Names of our own tables and columns.
    differ = f"SELECT {names} FROM ({OPEN} UNION ALL {kept}) beside GROUP BY {names} HAVING SUM(number) <> 0"  # nosec B608
    with connection.cursor() as cursor:
        cursor.execute(f"{differ} ORDER BY {names}")
        return [f"{' '.join(map(str, way))}: #" for way in cursor.fetchall()]


# Names of our own columns.
OPEN = (
    f"SELECT {', '.join(WAY)}, COUNT(*) AS number FROM coverage_companyspell "  # nosec B608
    f"WHERE until IS NULL GROUP BY {', '.join(WAY)}"
)


def tell_anew() -> None:
    """Write all spells anew, by the histories that are kept."""
    CompanySpell.objects.all().delete()
    for batch in in_pieces(list(CompanyHistory.objects.order_by("pk").values_list("pk", flat=True)), BATCH):
        texts = CompanyHistory.objects.filter(pk__in=batch).values_list("pk", "text")
        tell({pk: History.from_text(text) for pk, text in texts})


def spell_differences(histories: Mapping[int, History]) -> list[str]:
    """Of which of the companies that have ``histories`` the spells say something else, in words."""
    rows = CompanySpell.objects.filter(company_id__in=histories).values_list(*Spell._fields)
    kept = {Spell(pk, path, f"{since}", until and f"{until}", *rest) for pk, path, since, until, *rest in rows}
    wrong = sorted(kept.symmetric_difference(spells_of(histories)), key=str)
    return [f"{spell.company_id} {spell.path} {spell.since}: ≠" for spell in wrong]
