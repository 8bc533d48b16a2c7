"""Sheets of every kind as tests write them: rows by title, planned and written as a batch would."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from parkparty.accounts.models import User
from parkparty.rosters.check.rows import SHEET_SPAN, Layout, Roster, stage_rows
from parkparty.rosters.columns import SheetKind
from parkparty.rosters.plan.draft import Planned
from parkparty.rosters.plan.roster import plan_book
from parkparty.rosters.services.writing import write_drafts
from parkparty.rosters.sheets.reading import Sheet
from parkparty.rosters.staging.stage import Stage
from tests.rosters.conftest import DAY, reach_of

Sheets = tuple[SheetKind, list[dict[str, Any]]]


def grid(rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Rows by title as a sheet has them, the titles above."""
    titles = list(dict.fromkeys(title for row in rows for title in row))
    return [titles, *([row.get(title, "") for title in titles] for row in rows)]


def plan_sheets(*sheets: Sheets, by: User | None = None, write: bool = False) -> list[Planned]:
    """Plan sheets of one workbook, in any order; with ``write`` as applying does, each piece when it is planned."""
    with ExitStack() as stages:
        rosters = [_staged(at, *sheet, stages) for at, sheet in enumerate(sheets)]
        found: list[Planned] = []
        for piece in plan_book(rosters, reach=reach_of(by), day=DAY).pieces():
            found += piece
            if write:
                assert told(piece) == []
                write_drafts([each.draft for each in piece if each.draft])
        return found


def _staged(at: int, kind: SheetKind, rows: list[dict[str, Any]], stages: ExitStack) -> Roster:
    titles, *lines = grid(rows)
    first = at * SHEET_SPAN
    sheet = Sheet(str(kind.title), 1, titles, list(enumerate(lines, start=first + 2)))
    stage = stages.enter_context(Stage())
    return stage_rows(sheet, stage, layout=Layout(sheet.name, {}, kind, first))


def put_sheets(*sheets: Sheets, by: User | None = None) -> list[Planned]:
    """Plan sheets, whose rows must be good, and write them."""
    return plan_sheets(*sheets, by=by, write=True)


def told(planned: list[Planned]) -> list[tuple[str, str]]:
    """The cells that are wrong, each with its kind."""
    return [(issue.cell.rpartition("!")[2], str(issue.kind)) for each in planned for issue in each.row.issues]


def outcomes(planned: list[Planned]) -> list[str]:
    """What becomes of each row."""
    return [str(each.outcome) for each in planned]
