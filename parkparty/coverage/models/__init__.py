"""What coverage keeps: what was frozen, the targets of a year, and counts."""

from parkparty.coverage.models.frozen import CoverageSnapshot, CoverageTarget, OfNode
from parkparty.coverage.models.kept import (
    ActivityCell,
    ActivityMark,
    ActivityTotal,
    CompanyHistory,
    CompanyMark,
    CompanySpell,
    CoverageSum,
    CoverageTotal,
    FoldCount,
    LoadCell,
    LoadMark,
    LoadTotal,
    SpellCount,
    TypeTotal,
)

__all__ = [
    "ActivityCell",
    "ActivityMark",
    "ActivityTotal",
    "CompanyHistory",
    "CompanyMark",
    "CompanySpell",
    "CoverageSnapshot",
    "CoverageSum",
    "CoverageTarget",
    "CoverageTotal",
    "FoldCount",
    "LoadCell",
    "LoadMark",
    "LoadTotal",
    "OfNode",
    "SpellCount",
    "TypeTotal",
]
