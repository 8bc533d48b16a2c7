"""Large rosters look rows up by indexes, in the site's tables and in their own, whatever the tables held before."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from parkparty.accounts.models import User
from parkparty.coverage.models import CompanyMark
from parkparty.organizations.services import found_many
from parkparty.rosters.check.rows import stage_rows
from parkparty.rosters.services import batches
from parkparty.rosters.staging.stage import Stage
from tests.conftest import World, cover, make_company, plan_organization
from tests.rosters.conftest import Receive, ask, row, sheet_of


@pytest.mark.sqlite
def test_sqlite_never_reads_all_matches_for_each_row(world: World) -> None:
    with Stage() as stage, CaptureQueriesContext(connection) as asked:
        stage_rows(sheet_of(row(1), row(2)), stage)
        stage.find_companies()
        matching = [query["sql"] for query in asked if query["sql"].startswith("INSERT INTO roster_match")]
        with connection.cursor() as cursor:
            for statement in matching:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
                steps = [step for *_numbers, step in cursor.fetchall()]
                assert not [step for step in steps if step.startswith("SCAN m")]
    assert len(matching) == 2


@pytest.mark.postgres
def test_postgresql_learns_how_many_companies_an_empty_site_was_given(administrator: User, receive: Receive) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE companies_company CASCADE")
    batches.apply_batch(ask(receive(administrator, row(1), row(2)), administrator).pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'companies_company'::regclass")
        assert cursor.fetchone() == (2,)


def test_branches_below_a_committee_mark_none_of_its_companies(world: World) -> None:
    company = make_company(1, world.kic)
    cover(company, world.kic_committee)
    CompanyMark.objects.all().delete()
    found_many([plan_organization("NEW", "joint_branch", world.kic_committee, park=world.kic)])
    assert not CompanyMark.objects.filter(company_id=company.pk).exists()
