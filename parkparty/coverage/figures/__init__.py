"""Coverage worked out from the facts: today's and any day's rates, what changed between two days, what was frozen."""

from parkparty.coverage.figures.coverage import (
    Below,
    CompanyCoverage,
    CoverageFigures,
    Node,
    Place,
    Point,
    company_coverage,
    coverage,
    coverage_by_area,
    coverage_by_park,
    loaded,
    nodes_below,
    parts_below,
    places_above,
    top_organizations,
    top_places,
    with_units,
)
from parkparty.coverage.figures.standing import load_at
from parkparty.coverage.figures.totals import coverage_at
from parkparty.coverage.figures.tree import organizations_above

__all__ = [
    "Below",
    "CompanyCoverage",
    "CoverageFigures",
    "Node",
    "Place",
    "Point",
    "company_coverage",
    "coverage",
    "coverage_at",
    "coverage_by_area",
    "coverage_by_park",
    "load_at",
    "loaded",
    "nodes_below",
    "organizations_above",
    "parts_below",
    "places_above",
    "top_organizations",
    "top_places",
    "with_units",
]
