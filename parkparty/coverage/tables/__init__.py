"""Figures made ready to be drawn, by page."""

from parkparty.coverage.tables.coverage import (
    ComparisonRow,
    Lists,
    comparison,
    comparison_table,
    crumbs_of,
    key_of,
    key_rates,
    organization_table,
    page_of,
    stacked_bar,
    table_below,
)

__all__ = [
    "ComparisonRow",
    "Lists",
    "comparison",
    "comparison_table",
    "crumbs_of",
    "key_of",
    "key_rates",
    "organization_table",
    "page_of",
    "stacked_bar",
    "table_below",
]
