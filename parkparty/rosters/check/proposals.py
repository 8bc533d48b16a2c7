"""What a wrong cell probably should say: offered as a button, never filled in unasked."""

from __future__ import annotations

import difflib
import re
from typing import Any

from parkparty.core.codes import uscc_fault
from parkparty.core.text import half_width
from parkparty.rosters.choices import IssueKind

_LIKE_DIGITS = str.maketrans("OIZSV", "01257")
"""Letters that a credit code never has, and what they are mistaken for; V for 7 is a slip of the hand."""

_STATED = {
    IssueKind.USCC_DIFFERS: "stored",
    IssueKind.BRANCH_DIFFERS: "stored",
    IssueKind.BRANCH_CONFLICT: "value",
    IssueKind.TENANCY_OVERLAP: "until",
}
"""Kinds whose sentence already names what the cell should say."""


def proposal(kind: IssueKind, value: str, params: dict[str, Any]) -> str:
    """The likely right content of the cell; blank where only a person can know."""
    if kind in _STATED:
        stated = str(params.get(_STATED[kind], ""))
        return "" if stated == "—" else stated
    if kind == IssueKind.USCC_ALPHABET:
        return _code(value)
    if kind == IssueKind.COUNT_INCOMPLETE:
        return "0"
    if kind == IssueKind.NUMBER:
        digits = re.findall(r"\d+", half_width(value))
        return digits[0] if len(digits) == 1 and len(digits[0]) < 7 else ""
    if params.get("choices"):
        return _closest(value, params["choices"])
    return ""


def _code(value: str) -> str:
    mended = half_width(value).upper().translate(_LIKE_DIGITS)
    return "" if uscc_fault(mended) else mended


def _closest(value: str, choices: list[str]) -> str:
    found = difflib.get_close_matches(value, choices, n=1, cutoff=0.5) if value else []
    return found[0] if found else ""
