"""From how many on a company counts: a row of the rules, dated, the same for the figure, its sentence and its list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.companies.choices import Denominator
from parkparty.companies.models import CompanyMemberCount
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.coverage.figures import coverage
from parkparty.coverage.plan import plan_coverage
from parkparty.rules.choices import RuleKind
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, make_company

CHANGED = dt.date(2026, 7, 1)
BEFORE = CHANGED - dt.timedelta(days=1)


@pytest.fixture
def town(world: World) -> World:
    """Companies with 5, 10, 20 and 100 staff, all on fixed premises, with 2, 3, 4 and 5 full members."""
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)
    for staff, full in ((5, 2), (10, 3), (20, 4), (100, 5)):
        company = make_company(staff, world.kic, staff_band=staff, fixed_premises=True)
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full)
    return world


def change(code: str, **parameters: int) -> None:
    """The rule as it was ends, and one with other numbers begins."""
    rule = Rule.objects.get(pk=code)
    Rule.objects.filter(pk=code).update(until=CHANGED)
    rule.code, rule.since, rule.parameters = f"{code}-2", CHANGED, rule.parameters | parameters
    rule.full_clean()
    rule.save(force_insert=True)


@pytest.mark.parametrize(
    ("denominator", "code", "parameters", "before", "after", "words"),
    [
        (Denominator.SANYOU, "R60", {"staff_at_least": 20}, 3, 2, "从业人员 20 人以上"),
        (Denominator.GUISHANG, "R61", {"staff_at_least": 20}, 1, 2, "从业人员 20 人以上"),
        (Denominator.YINGJIAN, "R01", {"full_at_least": 4}, 3, 2, "正式党员 4 人以上"),
    ],
)
def test_the_row_of_the_day_decides_for_the_figure_its_sentence_and_its_list(
    town: World,
    viewer: User,
    client_of: Callable[[User], Client],
    denominator: Denominator,
    code: str,
    parameters: dict[str, int],
    before: int,
    after: int,
    words: str,
) -> None:
    change(code, **parameters)
    client = client_of(viewer)
    for day, number in ((BEFORE, before), (CHANGED, after)):
        figures = coverage(town.kic, as_of=day, denominator=denominator, scope=Scope.everything())
        listed = client.get("/companies/", {"place": "park:kic", "denominator": denominator, "as_of": day})
        assert figures.coverage.companies == listed.content.decode().count('<th scope="row">') == number
        assert (words in figures.definition) == (day == CHANGED)


def test_without_a_row_the_number_of_the_text_stands(town: World) -> None:
    Rule.objects.all().delete()
    asked: dict[str, Any] = {"as_of": today(), "scope": Scope.everything()}
    kinds = (Denominator.SANYOU, Denominator.GUISHANG, Denominator.YINGJIAN)
    assert [coverage(town.kic, denominator=kind, **asked).coverage.companies for kind in kinds] == [3, 1, 3]


def test_a_staff_number_within_a_band_cannot_be_told_and_is_refused(town: World) -> None:
    with pytest.raises(ValidationError, match="区间的起点"):
        change("R60", staff_at_least=15)


def test_the_definitions_have_no_local_rules(
    town: World, administrator: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(administrator)
    assert "看变化" not in client.get("/rules/R60/").content.decode()
    typed = {
        "organization": "KIC",
        "name": "x",
        "source": "x",
        "since": today(),
        "staff_at_least": 5,
        "is_active": "on",
    }
    client.post("/rules/R60/set/", typed)
    assert not Rule.objects.local().exists()


def test_the_planner_follows_the_rule_of_set_up_and_says_what_it_cannot_plan(
    town: World, viewer: User, client_of: Callable[[User], Client]
) -> None:
    asked: dict[str, Any] = {"as_of": today(), "denominator": Denominator.OPERATING, "scope": Scope.everything()}
    assert (len(plan_coverage(town.kic, **asked).own), plan_coverage(town.kic, **asked).least) == (3, 3)
    change("R01", full_at_least=5)
    plan = plan_coverage(town.kic, **asked)
    assert (len(plan.own), plan.joint, len(plan.instructed), plan.is_proven) == (1, [], 3, False)
    page = client_of(viewer).get("/coverage/parks/kic/plan/").content.decode()
    assert "规则 R01 在这里要求正式党员 5 名" in page


def test_a_site_from_before_gets_the_rows_and_a_new_one_gets_all_from_the_code_tables(town: World) -> None:
    migration = import_module("parkparty.rules.migrations.0005_thresholds_as_rows")
    shipped = {rule.pk: rule for rule in Rule.objects.filter(kind=RuleKind.POPULATION)}
    Rule.objects.filter(kind=RuleKind.POPULATION).delete()
    Rule.objects.filter(pk="R21").update(kind=RuleKind.REFERENCE)
    migration.add_rows(apps, None)
    wording = import_module("parkparty.rules.migrations.0006_wording_as_quoted")
    wording.as_quoted(apps, None)
    call_command("load_codes", verbosity=0)
    for row in Rule.objects.filter(kind=RuleKind.POPULATION):
        assert vars(row) | {"_state": None} == vars(shipped[row.pk]) | {"_state": None}
    assert len(shipped) == 2
    assert Rule.objects.get(pk="R21").kind == RuleKind.TERM_EXTENSION
    migration.remove_rows(apps, None)
    assert not Rule.objects.filter(kind__in=[RuleKind.POPULATION, RuleKind.TERM_EXTENSION]).exists()
    Rule.objects.all().delete()
    migration.add_rows(apps, None)
    assert not Rule.objects.exists()


def test_wording_is_put_right_where_the_site_has_not_changed_it(town: World) -> None:
    wording = import_module("parkparty.rules.migrations.0006_wording_as_quoted")
    shipped = dict(Rule.objects.filter(pk__in=wording.NEW).values_list("pk", "source"))
    wording.as_before(apps, None)
    assert Rule.objects.get(pk="R06").strength == "must"
    Rule.objects.filter(pk="R08").update(source="本地文件")
    wording.as_quoted(apps, None)
    after = dict(Rule.objects.filter(pk__in=wording.NEW).values_list("pk", "source"))
    assert after == shipped | {"R08": "本地文件"}
    assert Rule.objects.get(pk="R06").strength == "usual"


def test_rows_from_before_tell_the_term_of_industry_committees(town: World) -> None:
    terms = import_module("parkparty.rules.migrations.0008_industry_committees_serve_terms")
    rows = Rule.objects.filter(kind=RuleKind.TERM)
    shipped = dict(rows.values_list("pk", "parameters"))
    rows.filter(pk="R20-2007").update(parameters={"years": {"committee": 5, "industry_committee": 4}})
    terms.as_committees(apps, None)
    assert rows.get(pk="R20-2007").parameters["years"]["industry_committee"] == 4
    rows.filter(pk="R20-2007").update(parameters=shipped["R20-2007"])
    terms.as_before(apps, None)
    assert not any("industry_committee" in rule.parameters["years"] for rule in rows)
    terms.as_committees(apps, None)
    assert dict(rows.values_list("pk", "parameters")) == shipped


def test_a_rule_not_compared_with_the_original_says_so(town: World, viewer: User, client_of: Any) -> None:
    client = client_of(viewer)
    assert "第六章（未核对原文）" in client.get("/rules/R08/").content.decode()
    assert "未核对原文" not in client.get("/rules/R10/").content.decode()
    assert client.get("/rules/").content.decode().count("（未核对原文）") > 10
