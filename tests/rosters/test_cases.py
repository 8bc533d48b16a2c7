"""The made files of F01–F28: the command goes through their folder and finds each as expected."""

from __future__ import annotations

import io
import json
from pathlib import Path

from django.core.management import call_command

from parkparty.accounts.models import User
from parkparty.rosters.models import RosterBatch
from tests.conftest import World
from tests.rosters.cases.__main__ import CASES, write_all
from tests.rosters.conftest import facts
from tests.rosters.test_command import import_roster


def test_every_made_file_is_as_expected(demo_park: World, administrator: User, tmp_path: Path) -> None:
    assert write_all(tmp_path) >= 40
    assert {case.name[:3] for case in CASES} >= {f"F{number:02}" for number in range(1, 29)}
    before = facts()
    status, answers = import_roster(tmp_path, "--expected", "--user", administrator.username)
    assert [answer for answer in answers if answer["differs"]] == []
    assert (status, len(answers)) == (0, len(CASES))
    assert facts() == before
    assert not RosterBatch.objects.exists()


def test_what_is_not_as_expected_is_told(demo_park: World, tmp_path: Path) -> None:
    (tmp_path / "甲.csv").write_text("企业名称,所属园区\n玄武甲有限公司,创智天地\n", encoding="utf-8")
    status, [answer] = import_roster(tmp_path, "--expected")
    assert (status, answer["differs"]) == (1, ["甲.csv.json"])
    (tmp_path / "甲.csv.json").write_text(json.dumps({"new": 2, "errors": {}}), encoding="utf-8")
    status, [answer] = import_roster(tmp_path, "--expected")
    assert (status, answer["new"], answer["differs"]) == (1, 1, ["new"])
    out = io.StringIO()
    (tmp_path / "甲.csv.json").write_text(json.dumps({"new": 1, "errors": {}}), encoding="utf-8")
    call_command("import_roster", str(tmp_path), "--expected", stdout=out)
    assert out.getvalue().splitlines()[0] == "甲.csv"
    assert "与预期相同" in out.getvalue()
