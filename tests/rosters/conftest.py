"""Rosters as tests write them: rows below a header, in memory for checking, as files for reading."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Industry, Tenancy
from parkparty.core.codes import uscc_from_body
from parkparty.core.scope import Scope
from parkparty.organizations.models import FormationMode, Organization
from parkparty.places.models import Building
from parkparty.rosters.check.rows import Roster, stage_rows
from parkparty.rosters.models import RosterBatch, RosterIssue
from parkparty.rosters.plan.draft import Followed, Planned
from parkparty.rosters.plan.roster import Plan, plan_book
from parkparty.rosters.services import batches
from parkparty.rosters.services.writing import write_drafts
from parkparty.rosters.sheets.reading import Sheet
from parkparty.rosters.staging.stage import Stage
from tests.conftest import World

DAY = dt.date(2026, 11, 21)
NAME, USCC, PARK = "企业名称", "统一社会信用代码", "所属园区"


def uscc(number: int) -> str:
    """The credit code that ``make_company`` gives to ``number``."""
    return uscc_from_body("91", "310110", f"DEM{number:05d}")


def sheet_of(*rows: dict[str, Any]) -> Sheet:
    """A sheet whose header has every title that a row names, the name and the park always."""
    titles = list(dict.fromkeys([NAME, USCC, PARK, *(title for row in rows for title in row)]))
    lines = [[row.get(title, "") for title in titles] for row in rows]
    return Sheet("名单", 1, titles, list(enumerate(lines, start=2)))


def reach_of(user: User | None) -> Scope:
    """What ``user`` may import into; the whole site for nobody in particular."""
    return scope_of(user).with_roles([Role.ADMINISTRATOR]) if user else Scope.everything(Role.ADMINISTRATOR)


@dataclass
class Made:
    """A plan that was gone through, with its rows."""

    plan: Plan
    rows: list[Planned]

    @property
    def issues(self) -> Iterator[RosterIssue]:
        return (issue for planned in self.rows for issue in planned.row.issues)

    @property
    def counts(self) -> dict[str, int]:
        return self.plan.counts

    @property
    def effects(self) -> dict[str, int]:
        return self.plan.effects


def plan(*rows: dict[str, Any], by: User | None = None, day: dt.date = DAY) -> Made:
    """What applying these rows would do."""
    with Stage() as stage:
        return gone_through(stage_rows(sheet_of(*rows), stage), by=by, day=day)


def gone_through(roster: Roster, *, by: User | None = None, day: dt.date = DAY) -> Made:
    """The plan of a roster, to its end."""
    made = plan_book([roster], reach=reach_of(by), day=day)
    return Made(made, [planned for piece in made.pieces() if not isinstance(piece, Followed) for planned in piece])


def put_in(*rows: dict[str, Any], by: User | None = None, day: dt.date = DAY) -> Made:
    """Plan these rows, which must be good, and write them."""
    made = plan(*rows, by=by, day=day)
    assert [str(issue) for issue in made.issues] == []
    write_drafts([planned.draft for planned in made.rows if planned.draft])
    return made


def wrong(made: Made) -> list[tuple[str, str]]:
    """The cells that are wrong, each with its kind."""
    return [(issue.cell.removeprefix("名单!"), str(issue.kind)) for issue in made.issues]


def facts() -> dict[str, list[Any]]:
    """All that an import can change, to compare before and after."""
    tables = (Company, Tenancy, CoverageLink, CompanyMemberCount, Organization, Building)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


def write_csv(path: Path, rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """A CSV file of ``rows``."""
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "名单") -> Path:
    """A workbook of one sheet."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return path


@pytest.fixture
def codes(db: None) -> None:
    """A few industries and ways of founding."""
    for code, name in (("6513", "应用软件开发"), ("6431", "互联网生产服务平台")):
        Industry.objects.get_or_create(code=code, defaults={"name": name})
    for code, name in (("regional", "区域联建"), ("building", "楼宇合建")):
        FormationMode.objects.get_or_create(code=code, defaults={"name": name})


@pytest.fixture
def demo_park(world: World, codes: None) -> World:
    """The world with the names that the sample rosters use, and the industries in them."""
    for code in ("6520", "6429", "6532", "6450", "6540", "6572", "6440", "6512"):
        Industry.objects.get_or_create(code=code, defaults={"name": code})
    world.kic.name, world.kic.is_sample = "创智天地", True
    world.kic.save()
    world.kic_committee.name = "创智天地园区综合党委（示例）"
    world.kic_committee.save()
    return world


Row = Callable[..., dict[str, Any]]


def row(number: int, **cells: Any) -> dict[str, Any]:
    """A row of the company ``number`` in the park kic; ``cells`` by title add to it or replace."""
    return {NAME: f"试验企业{number:05d}", USCC: uscc(number), PARK: "创智园", **cells}


NEW_BRANCH = {
    "党组织名称": "新联合支部",
    "党组织类型": "联合党支部",
    "上级党组织": "创智园党委",
    "批准成立日期": "2025-06-20",
}

REASON = "年底摸底"
Receive = Callable[..., RosterBatch]


@pytest.fixture
def receive(tmp_path: Path) -> Receive:
    """Uploads rows as a file and has them checked."""

    def upload(by: User, *rows: dict[str, Any]) -> RosterBatch:
        sheet = sheet_of(*rows)
        path = write_csv(tmp_path / "名单.csv", [sheet.titles, *(line for _number, line in sheet.rows)])
        batch = batches.receive_roster(ContentFile(path.read_bytes(), "名单.csv"), by=by)
        return batches.check_batch(batch.pk)

    return upload


def ask(batch: RosterBatch, by: User, *, good_rows_only: bool = False) -> RosterBatch:
    return batches.ask_to_apply(batch, by=by, reason=REASON, good_rows_only=good_rows_only)


@pytest.fixture
def page(administrator: User, client_of: Callable[[User], Client]) -> Client:
    """The administrator of the park kic, signed in."""
    return client_of(administrator)
