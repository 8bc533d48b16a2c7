"""After a repair only what it bears on is looked at again, and it comes to the same as checking the whole file."""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.utils.translation import override

from parkparty.accounts.models import User
from parkparty.companies.models import Company, Tenancy
from parkparty.rosters.choices import BatchState, Outcome
from parkparty.rosters.columns import COMPANIES, RecordKey
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.plan import parts
from parkparty.rosters.services import batches, kept, rechecking, repairing
from tests.conftest import LONG_AGO, World, cover, make_company
from tests.rosters.conftest import NAME, PARK, USCC, Receive, ask, row, uscc

SUMS = ("rows", "new", "changed", "unchanged", "wrong", "effects", "kinds", "parks", "rows_before", "digest")
SEEN = ("state", "sheet", "ignored", "seen", "setback", "kind_counts", "effect_lines", "sheets")
ISSUE = ("number", "park", "cell", "column", "key", "proposal", "kind", "value", "params")
RECORD = next(column for column in COMPANIES.columns if isinstance(column, RecordKey))
NEW = {"党组织类型": "联合党支部", "上级党组织": "创智园党委", "批准成立日期": "2025-06-20"}
OWN = {**NEW, "党组织类型": "独立党支部"}
FIRM = "上海攀达{}科技有限公司"


def picture(batch: RosterBatch) -> dict[str, Any]:
    """All that the pages tell of a batch, and what applying it is held against."""
    batch = RosterBatch.objects.get(pk=batch.pk)
    return {
        **{name: getattr(batch, name) for name in (*SUMS, *SEEN)},
        "found": sorted(batch.checked_rows.values_list("number", "outcome", "name", "park", "changes")),
        "issues": list(batch.issues.values_list(*ISSUE)),
        "repairs": list(batch.repairs.values_list("number", "key", "value")),
    }


def check_whole(batch: RosterBatch, by: User) -> RosterBatch:
    """Check all of the file, whether or not it waits for that."""
    if RosterBatch.objects.get(pk=batch.pk).state == BatchState.CHECKED:
        batches.restart_check(batch, by=by)
    return batches.check_batch(batch.pk)


def is_rechecked(batch: RosterBatch) -> bool:
    return RosterBatch.objects.get(pk=batch.pk).state == BatchState.CHECKED


class Office:
    """Makes rosters as bad as they come, and mends them at random."""

    def __init__(self, seed: int) -> None:
        self._luck = random.Random(seed)
        self._stored = [*Company.objects.order_by("pk")]

    def _often(self, chance: float) -> bool:
        return self._luck.random() < chance

    def typed(self, key: str) -> str:
        """What may stand in a cell: mostly right, often in conflict with other rows."""
        pick = self._luck.choice
        number = self._luck.randrange(1, 40)
        record = RECORD.written(pick(self._stored).pk)
        return str(
            {
                "name": lambda: pick(
                    [f"试验企业{number:05d}", FIRM.format(number % 6), FIRM.format(number % 6)[2:], ""]
                ),
                "uscc": lambda: pick([uscc(number)] * 6 + [uscc(number)[:-1] + "Z", ""]),
                "park": lambda: pick(["创智园"] * 7 + ["kic", "邻里园", "创智圆"]),
                "building": lambda: pick(
                    ["", "一号楼", "新楼", "甲座", f"{number % 3} 号楼"] + ["Ａ座", "A座"] * (number == 7)
                ),
                "staff": lambda: pick([number, number, "若干", ""]),
                "industry": lambda: pick(["6513", "6431", "9999", ""]),
                "full": lambda: pick([number % 4, "", "约3"]),
                "tenancy_since": lambda: pick(["", "2024-05-06", "2024-02-31"]),
                "link_since": lambda: pick(["", "", "2025-03-04", "2001-01-01"]),
                "branch": lambda: pick(
                    ["", "", "创智园联合支部", "创智园 联合支部", f"新{number % 9}支部", "独立支部"]
                ),
                "branch_type": lambda: pick(["", "联合党支部", "独立党支部"]),
                "superior": lambda: pick(["", "创智园党委", "创智园党委", "没有的党委"]),
                "approved_on": lambda: pick(["", "2025-06-20", "2025-06-21", "年初"]),
                "formation": lambda: pick([""] * 8 + ["楼宇合建"]),
                "record": lambda: pick([""] * 8 + [record]),
            }[key]()
        )

    def row(self, number: int) -> dict[str, Any]:
        """A row: mostly of its own company, with a few cells as they happen to be."""
        branch = {"党组织名称": f"新{number // 4}支部", **NEW} if number % 4 else {"党组织名称": "创智园联合支部"}
        made = {**row(number), "楼宇": "一号楼", "从业人数": 10 + number % 3, **(branch if number % 20 < 15 else {})}
        if number % 13 == 0:
            made |= {"党组织名称": f"独立{number}支部", **OWN}
        for title in TITLES:
            made.setdefault(title, "")
            if self._often(0.02):
                made[title] = self.typed(TITLES[title])
        return made

    def repair(self, batch: RosterBatch, by: User) -> None:
        """Do one of what the page offers."""
        issues = [issue for issue in batch.issues.all() if issue.is_mended]
        if issues and self._often(0.15):
            kind = self._luck.choice(issues).kind
            repairing.accept_proposals(batch, by=by, wanted=Q(kind=kind))
        elif self._often(0.05):
            repairing.forget_repairs(batch, by=by)
        elif issues and self._often(0.15):
            issue = self._luck.choice(issues)
            typed = {(issue.number, issue.key): self.typed(issue.key)}
            repairing.repair_cells(batch, by=by, typed=typed, everywhere=list(typed), left_out=())
        else:
            numbers = self._luck.sample(range(2, 62), self._luck.choice([1, 1, 1, 2, 3]))
            numbers += [issue.number for issue in self._luck.sample(issues, min(len(issues), 2))]
            keys = [*TITLES.values(), "name", "uscc", "park"]
            typed = {(number, key): self.typed(key) for number in numbers for key in self._luck.sample(keys, 1)}
            left_out = numbers[:1] if self._often(0.2) else ()
            repairing.repair_cells(batch, by=by, typed=typed, everywhere=(), left_out=left_out)


_LEFT_OUT = ("tenancy_kind", "as_of", "status", "status_since", "probationary", "instructor")
TITLES = {column.aliases[0]: column.key for column in COMPANIES.columns if column.key not in _LEFT_OUT}


@pytest.fixture
def half_known(world: World, codes: None) -> World:
    """Companies that some rows mean, one of another park, and one that a row may be taken for."""
    for number in range(1, 12):
        cover(make_company(number, world.kic), world.joint_branch)
    make_company(12, world.tiandi)
    bare = Company.objects.create(name=FIRM.format(5)[2:], folded_name=FIRM.format(5)[2:])
    Tenancy.objects.create(company=bare, park=world.kic, kind="on_site", since=LONG_AGO)
    return world


@pytest.mark.parametrize("seed", range(16))
def test_as_if_all_were_checked(
    seed: int, half_known: World, administrator: User, receive: Receive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On half of the rosters rows that say the same follow one another; they are read a few at a time."""
    many = 30 if seed % 2 else 500
    monkeypatch.setattr("parkparty.rosters.staging.stage.AT_ONCE", 7)
    monkeypatch.setattr(rechecking, "MOST", min(many - 1, 50))
    for module in (parts, rechecking):
        monkeypatch.setattr(module, "MANY", many)
    office, rechecked = Office(seed), 0
    batch = receive(administrator, *map(office.row, range(1, 61)))
    assert batch.state == BatchState.CHECKED
    for step in range(8):
        office.repair(batch, administrator)
        now = picture(batch)
        rechecked += is_rechecked(batch)
        batch = check_whole(batch, administrator)
        if now["state"] == BatchState.CHECKED:
            assert now == picture(batch), step
    assert rechecked


MENDED: Mapping[str, tuple[tuple[int, str], str]] = {
    "a code": ((2, "uscc"), uscc(1)),
    "a park": ((3, "park"), "创智园"),
    "a number": ((4, "staff"), "12"),
    "a code that another row has": ((2, "uscc"), uscc(5)),
    "a branch": ((6, "branch"), "新支部"),
    "a day of a branch": ((7, "approved_on"), "2025-06-21"),
    "a name that another row has": ((10, "name"), "甲"),
    "a name like that of another row": ((10, "name"), FIRM.format(1)[2:]),
    "still wrong": ((4, "staff"), "几个"),
}


@pytest.fixture
def batch(world: World, codes: None, administrator: User, receive: Receive) -> RosterBatch:
    branch = {"党组织名称": "新支部", **NEW}
    return receive(
        administrator,
        {**row(1), USCC: uscc(1)[:-1] + "Z"},
        {**row(2, **branch), PARK: "创智圆"},
        row(3, 从业人数="若干"),
        row(5),
        row(6, 楼宇="新楼"),
        row(7, **branch),
        row(8, **branch),
        {NAME: "甲", PARK: "创智园"},
        {NAME: "乙", PARK: "创智园"},
        {NAME: FIRM.format(1), PARK: "创智园"},
    )


@pytest.mark.parametrize("mended", MENDED)
def test_a_cell_is_checked_there_and_then(mended: str, batch: RosterBatch, administrator: User) -> None:
    place, said = MENDED[mended]
    repairing.repair_cells(batch, by=administrator, typed={place: said}, everywhere=(), left_out=())
    assert is_rechecked(batch)
    now = picture(batch)
    assert now == picture(check_whole(batch, administrator))


HELD, LIKE, BARE = FIRM.format(1)[2:], FIRM.format(1), {USCC: "", PARK: "创智园"}
JOINT = {"党组织名称": "创智园联合支部", "组建方式": ""}
ALL_AT_ONCE: Mapping[str, tuple[list[dict[str, Any]], tuple[int, str], str]] = {
    "another row means the same company by its code": (
        [row(1, 企业名称="别的名称"), {**row(5), NAME: HELD, USCC: "9131"}],
        (3, "uscc"),
        "",
    ),
    "another row means the company that it is likened to": (
        [row(1, 企业名称="别的名称"), {NAME: "乙", **BARE}],
        (3, "name"),
        LIKE,
    ),
    "another row is likened to a company that it no longer means": (
        [row(1, 企业名称="别的名称"), {NAME: LIKE, **BARE}],
        (2, "uscc"),
        uscc(5),
    ),
    "another row names the new building otherwise": (
        [row(2, 楼宇="a座", 从业人数=10), row(3, 楼宇="A座", 从业人数="若干")],
        (3, "staff"),
        "12",
    ),
    "another row comes first and changes the branch": (
        [row(5, 楼宇="一号楼", **JOINT), row(6, **JOINT), row(7, **JOINT), row(8, **JOINT), row(9), row(10)],
        (5, "formation"),
        "楼宇合建",
    ),
}
ALONE: Mapping[str, tuple[list[dict[str, Any]], tuple[int, str], str]] = {
    "another row has the new building already": (
        [row(5, 楼宇="新楼", 从业人数=10), row(6, 楼宇="新楼", 从业人数="若干")],
        (3, "staff"),
        "12",
    ),
    "another row names the park of its superior": (
        [
            {**row(5), PARK: "邻里园"},
            row(6, 党组织名称="", 党组织类型="联合党支部", 上级党组织="邻里园 党委", 批准成立日期="2025-06-20"),
        ],
        (3, "branch"),
        "新新支部",
    ),
}


@pytest.mark.parametrize("case", [*ALL_AT_ONCE, *ALONE])
def test_other_rows_are_minded(
    case: str,
    world: World,
    codes: None,
    district_administrator: User,
    receive: Receive,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (parts, rechecking):
        monkeypatch.setattr(module, "MANY", 6)
    make_company(1, world.kic, name=HELD)
    for number in (2, 3):
        make_company(number, world.kic)
    rows, place, said = {**ALL_AT_ONCE, **ALONE}[case]
    batch, by = receive(district_administrator, *rows), district_administrator
    repairing.repair_cells(batch, by=by, typed={place: said}, everywhere=(), left_out=())
    assert is_rechecked(batch) == (case in ALONE)
    now = picture(batch)
    whole = picture(check_whole(batch, by))
    assert now == whole or case in ALL_AT_ONCE


def test_what_was_checked_in_parts_is_imported(batch: RosterBatch, administrator: User) -> None:
    for place, said in (MENDED["a code"], MENDED["a park"]):
        repairing.repair_cells(batch, by=administrator, typed={place: said}, everywhere=(), left_out=())
    repairing.repair_cells(batch, by=administrator, typed={}, everywhere=(), left_out=[4])
    assert is_rechecked(batch)
    batch.refresh_from_db()
    batch = batches.apply_batch(ask(batch, administrator).pk)
    assert (batch.state, Company.objects.count()) == (BatchState.APPLIED, 9)


def test_a_site_that_changed_meanwhile_is_looked_at_as_a_whole(
    batch: RosterBatch, administrator: User, world: World
) -> None:
    make_company(8, world.kic)
    repairing.repair_cells(batch, by=administrator, typed={(3, "park"): "创智园"}, everywhere=(), left_out=())
    assert not is_rechecked(batch)
    assert (batches.check_batch(batch.pk).state, batch.checked_rows.get(number=8).outcome) == (
        BatchState.CHECKED,
        Outcome.CHANGED,
    )


def test_what_is_too_much_for_the_page_is_left_to_the_task(
    administrator: User, batch: RosterBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, most in ((rechecking, 1), (kept, 10)):
        with monkeypatch.context() as less:
            less.setattr(module, "MOST", most)
            batch = check_whole(batch, administrator)
            repairing.repair_cells(batch, by=administrator, typed={(3, "park"): "创智园"}, everywhere=(), left_out=())
        assert not is_rechecked(batch)
        batch = check_whole(batch, administrator)
        repairing.forget_repairs(batch, by=administrator)
        batch = check_whole(batch, administrator)


def test_who_reads_english_gets_the_same(batch: RosterBatch, administrator: User) -> None:
    with override("en"):
        repairing.repair_cells(batch, by=administrator, typed={(3, "park"): "创智园"}, everywhere=(), left_out=())
    assert is_rechecked(batch)
    now = picture(batch)
    assert now == picture(check_whole(batch, administrator))


def test_the_rows_that_were_read_go_with_the_file(
    batch: RosterBatch, administrator: User, django_capture_on_commit_callbacks: Any
) -> None:
    path = Path(batch.file.path + kept.SUFFIX)
    assert path.exists()
    repairing.repair_cells(batch, by=administrator, typed={}, everywhere=(), left_out=[2, 3, 4])
    batch.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        batches.apply_batch(ask(batch, administrator).pk)
    assert not path.exists()


def test_sweeping_leaves_them_beside_a_file_that_stands(batch: RosterBatch) -> None:
    beside, orphan = (Path(name + kept.SUFFIX) for name in (batch.file.path, f"{batch.file.path}0"))
    orphan.write_text("x", encoding="utf-8")
    for path in (beside, orphan):
        os.utime(path, (0, 0))
    call_command("sweep_rosters")
    assert (beside.exists(), orphan.exists()) == (True, False)
