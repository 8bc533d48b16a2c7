"""Going back to an earlier version of the tables."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps
from django.db import connection

from parkparty.accounts.models import User
from parkparty.core.dates import period_named
from parkparty.reports.choices import FileFormat, ReportKind
from parkparty.reports.models import FileJob, ReportVersion
from parkparty.reports.services import ask_for_file, make_report
from tests.conftest import World


def test_what_the_earlier_tables_do_not_know_is_gone_before_they_come_back(world: World, reviewer: User) -> None:
    quarter = period_named("2026Q3")
    public = make_report(world.kic, quarter, by=reviewer, kind=ReportKind.PUBLIC)[0]
    ask_for_file(world.kic, quarter, format=FileFormat.PDF, by=reviewer, kind=ReportKind.PUBLIC, version=public)
    ask_for_file(world.kic, quarter, format=FileFormat.CSV, by=reviewer)
    kept = ask_for_file(world.kic, quarter, format=FileFormat.JSON, by=reviewer)
    migration = import_module("parkparty.reports.migrations.0005_releases_and_work_reports")
    migration.forget_what_is_new(apps, connection.schema_editor())
    assert [*ReportVersion.objects.values_list("kind", flat=True)] == [ReportKind.COVERAGE]
    assert FileJob.objects.get() == kept
