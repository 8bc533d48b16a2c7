"""Keeping the spells of companies in step with their histories."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import F

from parkparty.core.copying import in_pieces
from parkparty.coverage.figures.history import History
from parkparty.coverage.figures.spells import Spell, spells_of
from parkparty.coverage.models import CompanyHistory, CompanySpell, FoldCount
from parkparty.coverage.services.carrying import BATCH, add


def tell(histories: Mapping[int, History]) -> None:
    """Write the spells of companies by their ``histories``; those that stood are gone."""
    add(CompanySpell._meta.db_table, Spell._fields, (), {spell: {} for spell in spells_of(histories)})


def are_told() -> bool:
    """Whether the spells hold what was folded."""
    return FoldCount.objects.filter(told=F("number")).exists()


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
