"""Coverage worked out from the facts: today's and any day's rates, what changed between two days, what was frozen."""

from parkparty.coverage.figures.coverage import (
    CompanyCoverage,
    CoverageFigures,
    Node,
    Place,
    branches_of,
    company_coverage,
    coverage,
    coverage_by_area,
    coverage_by_park,
    coverage_of_each,
    coverage_of_pairs,
    organizations_above,
    places_above,
    top_organizations,
    top_places,
    with_units,
)

__all__ = [
    "CompanyCoverage",
    "CoverageFigures",
    "Node",
    "Place",
    "branches_of",
    "company_coverage",
    "coverage",
    "coverage_by_area",
    "coverage_by_park",
    "coverage_of_each",
    "coverage_of_pairs",
    "organizations_above",
    "places_above",
    "top_organizations",
    "top_places",
    "with_units",
]
