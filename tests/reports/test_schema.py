"""JSON and CSV for other systems: what is written is what docs/report.schema.json describes, and all of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from jsonschema import Draft202012Validator

from parkparty.accounts.models import User
from parkparty.core.dates import period_named
from parkparty.core.text import harmless
from parkparty.reports.choices import FileFormat, ReportKind
from parkparty.reports.documents.lines import COLUMNS
from parkparty.reports.models import Release, ReportVersion
from parkparty.reports.services import make_report
from parkparty.reports.sheets import Ref, Report, report_of
from tests.conftest import World, cover, make_company
from tests.reports.conftest import file_of

SCHEMA = json.loads((settings.BASE_DIR / "docs" / "report.schema.json").read_text(encoding="utf-8"))
PERIOD = period_named("2026Q3")
WHOLE = Draft202012Validator(SCHEMA)
LINE = Draft202012Validator({**SCHEMA, **SCHEMA["$defs"]["line"]})


@pytest.fixture
def versions(world: World, reviewer: User) -> list[ReportVersion]:
    """One of each kind, as full as the cast makes it."""
    call_command("load_codes")
    cover(make_company(1, world.kic, name="=cmd|'/c calc'!A1"), world.joint_branch)
    make_company(2, world.kic, name="-2+3公司")
    made = [make_report(world.kic_committee, PERIOD, by=None, kind=kind)[0] for kind in ReportKind]
    made.append(make_report(world.kic, PERIOD, by=None, kind=ReportKind.UNCOVERED)[0])
    Release.objects.update(state="released", decided_by=reviewer, decided_at="2026-11-05T00:00Z")
    return [ReportVersion.objects.get(pk=version.pk) for version in made]


def lines_of(version: ReportVersion) -> list[dict[str, str]]:
    content = file_of(version, FileFormat.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_json_is_as_described(versions: list[ReportVersion]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    for version in versions:
        value = json.loads(file_of(version, FileFormat.JSON))
        assert [error.message for error in WHOLE.iter_errors(value)] == [], version.kind
    about = {"unit_kind": "park", "unit_code": "kic", "period": "2026Q3", "as_of": "2026-09-30"}
    assert about.items() <= value["about"].items()


def test_csv_is_as_described_and_holds_every_value(versions: list[ReportVersion]) -> None:
    for version in versions:
        lines = lines_of(version)
        for line in lines:
            assert [error.message for error in LINE.iter_errors(line)] == [], line
        figures = [(line["name"], line["value"], line["of"]) for line in lines if not line["table"]]
        cells = version.report.cells.values()
        assert figures == [(c.id, str(c.value), "" if c.of is None else str(c.of)) for c in cells]
        entries = [line["value"] for line in lines if line["table"]]
        assert entries == [harmless(str(entry)) for entry in _entries(version.report)]
    assert any(line["value"].startswith("'-2+3") for line in lines)


def _entries(report: Report) -> list[Any]:
    rows = [row for table in report.tables() for row in table.rows]
    return [entry for row in rows for entry in row if entry is not None and not isinstance(entry, Ref)]


def test_the_page_names_every_column_of_the_file() -> None:
    assert set(SCHEMA["$defs"]["line"]["properties"]) == set(COLUMNS)
    assert set(SCHEMA["properties"]["about"]["properties"]["report"]["enum"]) == set(ReportKind.values)


def test_a_report_from_before_it_said_whose_is_written_as_it_was() -> None:
    old = '{"cells":[],"cover":[["单位","甲"]],"format":1,"sections":[],"sources":[],"title":"旧报告"}\n'
    assert report_of(old).text == old


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@SUM(1)", "\t=1", "\r1", " =1", "＝1", "\ufeff=1", "\n=1"])
def test_nothing_is_read_as_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert [harmless(plain) for plain in ("甲公司", "2026-09-30", "A=1", "")] == ["甲公司", "2026-09-30", "A=1", ""]
