"""Keeping the totals of branches and of what joint ones list in step with the facts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

from parkparty.core import paths
from parkparty.core.copying import in_pieces
from parkparty.coverage.figures.standing import COLUMNS, load_cells
from parkparty.coverage.models import LoadCell, LoadMark, LoadTotal
from parkparty.coverage.services.carrying import BATCH, carry
from parkparty.organizations.models import Organization

NUMBERS_HELD = 300_000
"""So many different numbers are in memory before they are added to the totals."""

Number = tuple[str, str, str]
"""Path, day (ISO) and column of a total."""


def take_load_marks(limit: int) -> set[int]:
    """Take up to ``limit`` marks away, and give the organisations that they concern."""
    marks = dict(LoadMark.objects.order_by("pk").values_list("pk", "organization_id")[:limit])
    LoadMark.objects.filter(pk__in=marks).delete()
    return set(marks.values())


def recount_loads(organizations: Collection[int]) -> None:
    """Bring the totals in step with the facts of ``organizations``."""
    changes: Counter[Number] = Counter()
    for batch in in_pieces(sorted(organizations), BATCH):
        folded, cells = LoadCell.objects.filter(organization_id__in=batch), load_cells(batch)
        changes.update(_numbers_of(cells))
        changes.subtract(_numbers_of(folded))
        folded.delete()
        LoadCell.objects.bulk_create(cells, batch_size=500)
        if len(changes) > NUMBERS_HELD:
            _carry(changes)
            changes.clear()
    _carry(changes)


def recount_all_loads() -> None:
    """Count all branches anew."""
    for kept in (LoadMark, LoadCell, LoadTotal):
        kept.objects.all().delete()
    recount_loads(_all_organizations())


def load_differences() -> list[str]:
    """Where the totals differ from the facts, in words; nothing when all is right. Every mark must be folded before."""
    truth: Counter[Number] = Counter()
    for batch in in_pieces(_all_organizations(), BATCH):
        truth.update(_numbers_of(load_cells(batch)))
    rows = LoadTotal.objects.iterator()
    kept = Counter({(row.path, f"{row.day}", column): getattr(row, column) for row in rows for column in COLUMNS})
    wrong = sorted(number for number in truth.keys() | kept.keys() if truth[number] != kept[number])
    return [f"{' '.join(number)}: {kept[number]} ≠ {truth[number]}" for number in wrong]


def _all_organizations() -> list[int]:
    return list(Organization.objects.order_by("pk").values_list("pk", flat=True))


def _numbers_of(cells: Iterable[LoadCell]) -> Counter[Number]:
    """What ``cells`` add to the totals of all places and organisations that count them."""
    found: Counter[Number] = Counter()
    for cell in cells:
        chains = (paths.ancestors(path, include_self=True) for path in (cell.path, cell.park_path, cell.area_path))
        day = cell.day.isoformat()
        for path in {path for chain in chains for path in chain}:
            for column in COLUMNS:
                found[path, day, column] += getattr(cell, column)
    return found


def _carry(changes: Counter[Number]) -> None:
    rows: dict[tuple[str, ...], dict[str, int]] = defaultdict(dict)
    for (path, day, column), number in changes.items():
        if number:
            rows[path, day][column] = number
    carry(LoadTotal, ("path", "day"), COLUMNS, rows)
