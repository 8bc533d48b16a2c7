"""``manage.py import_roster``: exit status, JSON, and the two sample rosters."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from fixtures.rosters import make_messy
from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.companies.models import Company
from parkparty.rosters.models import RosterBatch
from tests.conftest import World
from tests.rosters.conftest import facts, write_csv

SAMPLES = settings.BASE_DIR / "fixtures" / "rosters"
MESSY, FIXED = SAMPLES / "messy.xlsx", SAMPLES / "messy_fixed.xlsx"


def import_roster(path: Path, *options: str) -> tuple[int, Any]:
    """The exit status and the JSON answer."""
    out, status = io.StringIO(), 0
    try:
        call_command("import_roster", str(path), "--json", *options, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return status, json.loads(out.getvalue())


def test_the_messy_roster_names_every_bad_cell(demo_park: World) -> None:
    status, answer = import_roster(MESSY)
    assert status == 1
    assert {error["cell"]: error["value"] for error in answer["errors"]} == {
        "名单!C6": "91310110DEM1000310",
        "名单!C7": "9.13101101234568e+17",
        "名单!G8": "2024-02-30",
        "名单!S9": "待定",
        "名单!D10": "创智天地二号园",
        "名单!I11": "若干",
        "名单!H12": "9999",
        "名单!K13": "",
        "名单!C14": "91310110DEM100111",
        "名单!B15": "",
        "名单!C16": make_messy.wide(make_messy.code(2)),
    }
    assert all(error["reason"].endswith("。") for error in answer["errors"])
    assert (answer["rows"], answer["new"], answer["committed"], answer["batch"]) == (13, 2, False, None)


def test_with_errors_nothing_is_committed(demo_park: World) -> None:
    before = facts()
    status, answer = import_roster(MESSY, "--commit")
    assert (status, answer["committed"]) == (1, False)
    assert facts() == before
    assert not RosterBatch.objects.exists()


def test_without_commit_nothing_is_written(demo_park: World) -> None:
    before = facts()
    status, answer = import_roster(FIXED)
    assert (status, answer["new"], answer["errors"], answer["committed"]) == (0, 12, [], False)
    assert facts() == before


def test_committed_twice_changes_nothing_the_second_time(demo_park: World) -> None:
    status, answer = import_roster(FIXED, "--commit")
    assert (status, answer["new"], answer["committed"]) == (0, 12, True)
    assert Company.objects.filter(tenancies__park=demo_park.kic).count() == 12
    before = facts()
    status, again = import_roster(FIXED, "--commit")
    assert (status, again["new"], again["changed"], again["unchanged"]) == (0, 0, 0, 12)
    assert facts() == before
    assert again["batch"] != answer["batch"]


def test_in_the_name_of_a_user(demo_park: World, administrator: User) -> None:
    status, answer = import_roster(FIXED, "--commit", "--user", "administrator")
    assert (status, answer["committed"]) == (0, True)
    entry = AuditEntry.objects.order_by("pk").last()
    assert entry.actor == administrator


def test_a_user_of_another_park_is_refused_and_told_nothing(demo_park: World, make_user: Any) -> None:
    make_user("neighbour", Role.ADMINISTRATOR, demo_park.neighbour)
    status, answer = import_roster(FIXED, "--commit", "--user", "neighbour")
    assert (status, answer["wrong"], answer["committed"]) == (1, 12, False)
    assert {error["reason"] for error in answer["errors"]} == {
        "没有找到这个园区，或它不在本账号的管理范围内。可填：邻里园。"
    }


def test_a_user_without_the_right_is_told_so(demo_park: World, secretary: User) -> None:
    with pytest.raises(CommandError, match="导入名册") as refusal:
        import_roster(FIXED, "--user", "secretary")
    assert refusal.value.returncode == 2


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"a,b\nc,d\n"])
def test_what_cannot_be_read_ends_with_2_and_says_why(tmp_path: Path, db: None, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    status, answer = import_roster(tmp_path / "a.csv", "--commit")
    assert status == 2
    assert [error["value"] for error in answer["errors"]] == ["a.csv"]
    assert (answer["rows"], answer["committed"], answer["batch"]) == (0, False, None)


def test_a_file_that_is_not_there(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="打不开文件") as refusal:
        import_roster(tmp_path / "gone.csv")
    assert refusal.value.returncode == 2


def test_in_words(tmp_path: Path, world: World) -> None:
    out = io.StringIO()
    path = write_csv(tmp_path / "名单.csv", [["企业名称", "所属园区"], ["甲公司", "创智园"]])
    call_command("import_roster", str(path), "--commit", stdout=out)
    assert "新增 1，更新 0" in out.getvalue()
    assert "已导入，批次" in out.getvalue()


def test_the_samples_are_what_the_script_makes(tmp_path: Path) -> None:
    make_messy.write(tmp_path / "fixed.xlsx", make_messy.rows())
    make_messy.write(tmp_path / "messy.xlsx", make_messy.spoil(make_messy.rows()))
    assert (tmp_path / "fixed.xlsx").read_bytes() == FIXED.read_bytes()
    assert (tmp_path / "messy.xlsx").read_bytes() == MESSY.read_bytes()
