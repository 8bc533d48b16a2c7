"""The template filled with what the site holds: imported again as it is, nothing changes; edited, just that does."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from parkparty.accounts.models import User
from parkparty.companies.choices import CompanyStatus, LinkKind
from parkparty.companies.models import Company, CompanyMemberCount, Tenancy
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import FormationMode
from parkparty.places.models import Building
from parkparty.rosters.services.reading import staged_book
from tests.conftest import LONG_AGO, World, cover, make_company, make_organization
from tests.rosters.conftest import Made, gone_through

pytestmark = pytest.mark.django_db

BUDGET = 12


@pytest.fixture
def companies(world: World, codes: None) -> list[Company]:
    """One of each kind: covered alone, jointly, by an instructor, closed, without a code, with names that look odd."""
    made = [make_company(number, world.kic) for number in range(1, 6)]
    joint = make_organization(
        "J1", OrganizationType.JOINT_BRANCH, world.kic_committee, park=world.kic, name="联合支部（示例）",
        formation_mode=FormationMode.objects.get(code="regional"),
    )  # fmt: skip
    own = make_organization("O1", OrganizationType.INDEPENDENT_BRANCH, world.kic_committee, park=world.kic, name="独支")
    cover(made[0], joint)
    cover(made[1], joint, since=dt.date(2024, 3, 1))
    cover(made[2], own, LinkKind.OWN)
    cover(made[3], None, LinkKind.INSTRUCTOR)
    CompanyMemberCount.objects.create(company=made[0], as_of=dt.date(2026, 6, 30), full=3, probationary=1)
    Company.objects.filter(pk=made[3].pk).update(status=CompanyStatus.SUSPENDED, status_since=dt.date(2026, 1, 1))
    Company.objects.filter(pk=made[4].pk).update(uscc=None, name="=1+1 公司", folded_name="=1+1公司", industry="6513")
    building = Building.objects.create(park=world.kic, name="一号楼")
    Tenancy.objects.filter(company=made[0]).update(building=building)
    return made


def download(page: Client, place: str) -> bytes:
    answer = page.get(reverse("rosters:template"), {"place": place})
    assert answer.status_code == 200
    return answer.content


def plan_of(path: Path, by: User) -> Made:
    with staged_book(path, filename=path.name) as book:
        roster = book.rosters[0]
        return gone_through(roster, by=by)


def test_f28_imported_again_nothing_changes(
    page: Client, administrator: User, companies: list[Company], world: World, tmp_path: Path
) -> None:
    (tmp_path / "a.xlsx").write_bytes(download(page, "park:kic"))
    made = plan_of(tmp_path / "a.xlsx", administrator)
    assert [str(issue) for issue in made.issues] == []
    assert [planned.draft.changes for planned in made.rows if planned.draft] == []
    assert made.counts == {"new": 0, "changed": 0, "unchanged": 5, "wrong": 0}


def test_f28_names_that_look_like_formulas_stay_text(page: Client, companies: list[Company]) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(download(page, "park:kic"))).worksheets[0]
    kinds = {cell.value: cell.data_type for cell in sheet["A"]}
    assert kinds["=1+1 公司"] == "s"


def test_an_edited_cell_is_all_that_changes(
    page: Client, administrator: User, companies: list[Company], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(download(page, "park:kic")))
    sheet = book.worksheets[0]
    titles = [str(cell.value).removesuffix(" *") for cell in sheet[1]]
    at = next(row for row in range(2, 8) if sheet.cell(row, 1).value == companies[1].name)
    sheet.cell(at, titles.index("从业人数") + 1).value = "150人"
    book.save(tmp_path / "a.xlsx")
    made = plan_of(tmp_path / "a.xlsx", administrator)
    assert made.counts == {"new": 0, "changed": 1, "unchanged": 4, "wrong": 0}
    changed = [planned for planned in made.rows if planned.draft]
    assert [(planned.row.name, len(planned.draft.changes)) for planned in changed if planned.draft] == [
        (companies[1].name, 1)
    ]


def test_only_what_the_reader_keeps_is_handed_out(page: Client, world: World, companies: list[Company]) -> None:
    make_company(9, world.neighbour, name="邻家公司")
    both = make_company(8, world.kic, name="两处公司")
    Tenancy.objects.create(company=both, park=world.neighbour, kind="registered", since=LONG_AGO)
    shown = openpyxl.load_workbook(io.BytesIO(download(page, "park:kic"))).worksheets[0]
    cells = {cell.value for row in shown.iter_rows() for cell in row}
    assert "两处公司" in cells
    assert cells.isdisjoint({"邻家公司", "邻里园"})
    assert page.get(reverse("rosters:template"), {"place": f"park:{world.neighbour.key}"}).status_code == 404
    assert page.get(reverse("rosters:template"), {"place": "x"}).status_code == 404


def test_a_filled_template_costs_few_queries(
    page: Client, companies: list[Company], django_assert_max_num_queries: Callable[[int], object]
) -> None:
    with django_assert_max_num_queries(BUDGET):
        download(page, "park:kic")
