"""Rows of one file that are perhaps one company: in one park under nearly the same name, one of them without a code.

As with companies that the site has (``alike``) only a person can tell; what both rows say is shown side by side.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from parkparty.rosters.check.alike import OFFERED, Likenesses
from parkparty.rosters.check.known import Known
from parkparty.rosters.check.rows import Roster, Row
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns import RecordKey

Twins = dict[int, list[int]]
"""Numbers of rows that others of nearly their name stand beside: for each the earlier ones that it may be."""

_ALWAYS = ("name", "uscc")
_LONGEST = 500
"""Characters of a cell that can be typed in its place; no column takes more."""


def find_twins(roster: Roster, known: Known, likenesses: Likenesses) -> Twins:
    """Which earlier rows each may be; none for the first of several, and for one that was decided to stand apart.

    Two rows that both tell a code are told apart by it, so that nothing is looked for where all rows have one.
    """

    def core(name: str, park: str) -> tuple[int, str] | None:
        found, rest = known.park_of(park or ""), likenesses.names.core(name or "")
        return (found.pk, rest) if found and rest else None

    unread = {number for number, issues in roster.unread.items() if any(each.key in _ALWAYS for each in issues)}
    lacking = roster.stage.lines(("name", "park"), without="uscc")
    wanted = {core(*told) for number, *told in lacking if number not in unread} - {None}
    if not wanted:
        return {}
    groups: dict[object, list[tuple[int, bool]]] = defaultdict(list)
    for number, name, park, code in roster.stage.lines(("name", "park", "uscc")):
        if number not in unread and (key := core(name, park)) in wanted:
            groups[key].append((number, code is not None))
    return {number: earlier for rows in groups.values() if len(rows) > 1 for number, earlier in _pair(rows, roster)}


def _pair(rows: list[tuple[int, bool]], roster: Roster) -> list[tuple[int, list[int]]]:
    found, firsts = [], list[tuple[int, bool]]()
    for number, has_code in rows:
        earlier = [first for first, coded in firsts if not (coded and has_code)]
        if number in roster.apart or not earlier:
            earlier = []
            firsts.append((number, has_code))
        found.append((number, earlier))
    return found


def refuse_twin(row: Row, earlier: list[Row]) -> bool:
    """Note that somebody has to decide whether the row is one of ``earlier``; False when there is no doubt.

    Two companies that the site has are two.
    """
    alike = [other for other in earlier if not (row.company and other.company)]
    for other in alike[:OFFERED]:
        row.fault("name", IssueKind.ALIKE_ROWS, stored=other.name, **beside(row, other))
    return bool(alike)


def beside(row: Row, other: Row) -> dict[str, Any]:
    """What both rows say where they differ, by column, for the page on which somebody decides.

    A cell that holds a person's number is not kept, so that it cannot be taken over either.
    """
    personal = {issue.key for each in (row, other) for issue in each.issues if issue.kind == IssueKind.PERSONAL}
    told = [
        [column.key, row.shown(column.key)[:_LONGEST], other.shown(column.key)[:_LONGEST]]
        for column in row.layout.kind.columns
        if not isinstance(column, RecordKey) and column.key not in personal
    ]
    pairs = [pair for pair in told if pair[1] != pair[2] or (pair[0] in _ALWAYS and pair[1])]
    return {"row": other.number, "other": other.address("name"), "pairs": pairs}
