"""J7: ten thousand rows with 27 mistakes of 12 kinds: named by their cells, mended in the page, imported, undone."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from parkparty.accounts.models import User
from parkparty.companies.models import Company, Industry, Tenancy
from parkparty.core.codes import uscc_from_body
from parkparty.rosters.models import RosterBatch
from tests.conftest import World
from tests.rosters.conftest import write_xlsx

pytestmark = pytest.mark.django_db(transaction=True)

ROWS, STORED, CLICKS = 10_000, 300, 8
PATIENCE = 60_000  # milliseconds, for a busy machine: the page answers when all rows are checked
TITLES = [
    "企业名称",
    "统一社会信用代码",
    "所属园区",
    "入驻日期",
    "行业代码",
    "从业人数",
    "经营状态",
    "正式党员数",
    "指导员",
]


def row(number: int) -> list[Any]:
    code = uscc_from_body("91", "310110", f"TT{number:06d}")
    company = [f"万行试验企业{number:05d}有限公司", code, "创智园", dt.date(2020, 1, 1), "6513"]
    return [*company, 10 + number % 280, "存续", number % 3, "否"]


def mistakes() -> dict[tuple[int, int], tuple[Any, str]]:
    """By row (from 0) and column: what stands there instead, and the kind as the page calls it."""
    code = {at: row(at)[1] for at in range(0, ROWS, 100)}
    found: dict[tuple[int, int], tuple[Any, str]] = {}
    for at in (100, 1100, 2100, 3100):
        found[at, 1] = code[at][:17] + ("0" if code[at][17] != "0" else "1"), "校验位不符"
    found |= {(at, 1): (913101101234567890, "长数字丢失末几位") for at in (200, 1200)}
    found |= {(at, 1): (code[at][:17], "位数不对") for at in (300, 1300)}
    found |= {(at, 1): (f"{code[at][:8]}I{code[at][9:]}", "不用的字符") for at in (400, 1400)}
    found |= {(at, 3): ("2024-02-30", "日期无法识别") for at in (500, 1500, 2500)}
    found |= {(at, 5): ("若干", "数字无法识别") for at in (600, 1600, 2600)}
    found |= {(at, 8): ("待定", "只能填“是”或“否”") for at in (700, 1700)}
    found |= {(at, 2): ("创智二号园", "园区无法对应") for at in (800, 1800)}
    found |= {(at, 4): ("9999", "行业代码不存在") for at in (900, 1900)}
    found |= {(at, 6): ("不清楚", "不在可选内容之内") for at in (1000, 2000)}
    found |= {(5000, 0): ("", "必填项为空")}
    found |= {(at, 1): (code[at - 2000], "文件内重复") for at in (8000, 9000)}
    return found


@pytest.fixture
def stored(world: World) -> None:
    """Companies that the site has already, of other sizes than the roster says, and the industry."""
    Industry.objects.get_or_create(code="6513", defaults={"name": "应用软件开发"})
    made = Company.objects.bulk_create(
        Company(name=name, folded_name=name, uscc=code, staff_band=0) for name, code, *_rest in map(row, range(STORED))
    )
    day = dt.date(2020, 1, 1)
    Tenancy.objects.bulk_create(Tenancy(company=each, park=world.kic, since=day) for each in made)


def exported(client: Client) -> dict[str, bytes]:
    """What the site gives out of the park, part by part, without the part that holds its date."""
    answer = client.get(reverse("rosters:template"), {"place": "park:kic"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        return {name: package.read(name) for name in package.namelist() if name != "docProps/core.xml"}


@dataclass
class Desk:
    """The administrator's page, and how often it was clicked."""

    page: Page
    clicks: int = 0

    def click(self, name: str, role: Literal["button", "link"] = "button") -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def sees(self, role: Literal["heading", "strong"], text: str) -> None:
        found = self.page.get_by_role(role, name=text) if role == "heading" else self.page.get_by_text(text)
        expect(found).to_be_visible(timeout=PATIENCE)

    def upload(self, path: Path) -> None:
        self.page.goto("/rosters/")
        self.click("上传名册", "link")
        self.page.get_by_label("名册文件").set_input_files(path)
        self.click("上传并检查")
        self.sees("heading", path.name)

    def mend(self, wrong: dict[tuple[int, int], tuple[Any, str]]) -> None:
        """Find every mistake under its cell and its kind, and type what should stand there."""
        named = {f"名单!{'ABCDEFGHI'[column]}{at + 2}": (at, column) for at, column in wrong}
        assert sorted(self.page.locator("#rows .stack > tbody > tr > th").all_inner_texts()) == sorted(named)
        headings = " ".join(self.page.locator(".roster-kinds li").all_inner_texts())
        assert [kind for _value, kind in wrong.values() if kind not in headings] == []
        for cell, (at, column) in named.items():
            self.page.get_by_label(f"{cell} 的").fill(str(row(at)[column]))
        self.click("保存改正并重新检查")

    def take_back(self) -> None:
        self.page.get_by_text("撤销本次导入").first.click()
        self.page.get_by_label("撤销说明").fill("试导入")
        self.click("撤销本次导入")
        self.sees("heading", "导入已撤销")


def test_J7_ten_thousand_rows_with_27_mistakes(
    world: World, administrator: User, stored: None, desktop_page: Page, sign_in: Callable[[Page, User], None],
    client_of: Callable[[User], Client], tmp_path: Path,
) -> None:  # fmt: skip
    wrong, rows = mistakes(), [row(number) for number in range(ROWS)]
    for (at, column), (value, _kind) in wrong.items():
        rows[at][column] = value
    assert (len(wrong), len({kind for _value, kind in wrong.values()})) == (27, 12)
    before = exported(client_of(administrator))
    sign_in(desktop_page, administrator)
    desktop_page.set_default_timeout(PATIENCE)
    desk = Desk(desktop_page)

    desk.upload(write_xlsx(tmp_path / "万行名册.xlsx", [TITLES, *rows]))
    desk.mend(wrong)
    desk.sees("strong", "将新增 9,700 家、更新 300 家，不会删除任何记录。")
    desktop_page.get_by_label("导入说明").fill("年底摸底")
    desk.click("导入")
    desk.sees("heading", "导入完成")
    assert desk.clicks <= CLICKS
    assert Company.objects.count() == ROWS
    assert exported(client_of(administrator)) != before

    desk.take_back()
    assert exported(client_of(administrator)) == before
    batch = RosterBatch.objects.get()
    assert (batch.undone, batch.kept) == (ROWS, 0)
