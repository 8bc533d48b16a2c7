"""Which company a row means: by its credit code, its own key, then its folded name; and rows that mean the same one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from parkparty.core.text import half_width
from parkparty.rosters.check.alike import Likenesses, match_alike
from parkparty.rosters.check.known import Known
from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.twins import Twins, beside, refuse_twin
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.staging.records import CompanyRecord

Seen = dict[object, Row]
"""Suspicious rows that were looked at, by what they mean (a code, a name, a stored company) and by their number."""


def match_companies(rows: Sequence[Row], known: Known, likenesses: Likenesses, twins: Twins, seen: Seen) -> None:
    """Set each row's company. A row whose name or code cannot be read, or that repeats another, is noted as wrong."""
    for row in rows:
        if row.can_tell("name", "uscc"):
            row.company = known.by_uscc.get(row.values.get("uscc", "")) or _own(row, known) or _by_name(row, known)
        elif row.can_tell("name"):
            _propose_code(row, known)
    match_alike(rows, known, likenesses)
    for row in rows:
        if row.can_tell("name", "uscc"):
            row.is_ours = row.company is None or known.keeps(row.company)
            if row.number in known.suspects or row.number in twins or row.decision:
                _refuse_repeated(row, twins, seen)


def _own(row: Row, known: Known) -> CompanyRecord | None:
    """The company that the row was exported from, as long as the importer keeps it."""
    company = known.by_key.get(row.values.get("record", 0))
    return company if company and known.keeps(company) else None


def _namesakes(row: Row, known: Known) -> list[CompanyRecord]:
    """The companies of its name that the row could mean: where it says of which it was exported, no other."""
    same, own = known.by_name.get(row.folded, []), known.by_key.get(row.values.get("record", 0))
    return [company for company in same if own in (None, company)]


def _by_name(row: Row, known: Known) -> CompanyRecord | None:
    same = _namesakes(row, known)
    if not same:
        return None
    ours = [company for company in same if known.keeps(company)]
    if "uscc" in row.values:
        return _for_new_code(row, ours, known)
    here = [c for c in ours if row.park and known.open_tenancy(c, row.park)]
    found = here or ours
    if len(found) > 1:
        row.fault("uscc", IssueKind.SAME_NAME, n=len(found))
        return None
    if found:
        return found[0]
    # A company without a code is known by its name alone, so another office's one of this name is the same one.
    return next((company for company in same if company.uscc is None), None)


def _for_new_code(row: Row, ours: list[CompanyRecord], known: Known) -> CompanyRecord | None:
    """For a code that the site does not know: the company of this name that still lacks one."""
    for company in ours:
        if company.uscc is None:
            return company
        if row.park and known.open_tenancy(company, row.park):
            row.fault("uscc", IssueKind.USCC_DIFFERS, stored=company.uscc)
    return None


def _propose_code(row: Row, known: Known) -> None:
    """For a code that cannot be read: the one of the company of this name, where what is left of it looks like it."""
    same = [c for c in _namesakes(row, known) if c.uscc and known.keeps(c)]
    if len(same) != 1:
        return
    code = str(same[0].uscc)
    for issue in row.issues:
        if issue.key == issue.column == "uscc" and not issue.proposal and _resembles(issue.value, code):
            issue.proposal = code


def _resembles(written: str, code: str) -> bool:
    """Whether a rounded number (``9.131E+17``) begins like the code, or a mistyped code differs in a few places."""
    digits, is_rounded, _exponent = half_width(written).upper().partition("E+")
    if is_rounded:
        return code.startswith(digits.replace(".", "")[:15].rstrip("0"))
    return difflib.SequenceMatcher(None, digits, code, autojunk=False).ratio() > 0.8


def _refuse_repeated(row: Row, twins: Twins, seen: Seen) -> None:
    """Two rows of one company: by code, by name where one of them has no code, or by what they were matched to."""
    code = row.values.get("uscc")
    other = seen.get(("code", code)) if code else None
    if other is None and (same := seen.get(("name", row.folded))) and not (code and "uscc" in same.values):
        other = same
    if other is None and row.company:
        other = seen.get(row.company.pk)
    if other:
        row.fault("uscc" if code else "name", IssueKind.DUPLICATE, **beside(row, other))
        return
    earlier = (seen.get(("row", number)) for number in twins.get(row.number, ()))
    if refuse_twin(row, [each for each in earlier if each]):
        return
    seen.setdefault(("name", row.folded), row)
    if code:
        seen[("code", code)] = row
    if row.company:
        seen[row.company.pk] = row
    if row.number in twins:
        seen["row", row.number] = row
