"""What the rules say about terms, applications and joint branches, and the page that lists them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from parkparty.accounts.models import User
from parkparty.companies.models import CompanyMemberCount
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import MemberCount
from parkparty.rules.choices import RuleKind
from parkparty.rules.figures import Facts, Hint, facts_of, hints
from parkparty.rules.models import Rule
from tests.conftest import LONG_AGO, World, cover, make_company

BRANCH, COMMITTEE = OrganizationType.INDEPENDENT_BRANCH, OrganizationType.COMMITTEE


@pytest.fixture(autouse=True)
def rule_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/rules.json", verbosity=0)


def only(facts: Facts, on: dt.date) -> Hint | None:
    found = hints(facts, on)
    assert len(found) < 2
    return found[0] if found else None


class TestTerms:
    elected = Facts(BRANCH, term_since=dt.date(2023, 5, 20))

    def test_nothing_is_said_until_six_months_before_the_end(self) -> None:
        assert only(self.elected, dt.date(2025, 11, 19)) is None

    def test_six_months_before_the_end_the_unit_above_reminds(self) -> None:
        hint = only(self.elected, dt.date(2025, 11, 20))
        assert hint
        assert (hint.rule.code, hint.due_on, hint.is_overdue) == ("R22", dt.date(2026, 5, 20), False)

    def test_from_the_day_it_ends_the_term_is_overdue(self) -> None:
        hint = only(self.elected, dt.date(2026, 5, 20))
        assert hint
        assert (hint.rule.code, hint.is_overdue) == ("R20", True)

    def test_a_committee_serves_five_years_to_the_last_of_february(self) -> None:
        hint = only(Facts(COMMITTEE, term_since=dt.date(2022, 2, 28)), dt.date(2026, 8, 28))
        assert hint
        assert hint.due_on == dt.date(2027, 2, 28)

    def test_so_does_an_industry_committee(self) -> None:
        hint = only(Facts(OrganizationType.INDUSTRY_COMMITTEE, term_since=dt.date(2019, 7, 1)), dt.date(2024, 7, 1))
        assert hint
        assert (hint.rule.code, hint.due_on, hint.is_overdue) == ("R20", dt.date(2024, 7, 1), True)

    def test_a_term_begun_in_2017_is_as_long_as_the_rules_of_then_allowed(self) -> None:
        hint = only(Facts(BRANCH, term_since=dt.date(2017, 12, 1)), dt.date(2023, 1, 1))
        assert hint
        assert (hint.rule.code, hint.due_on) == ("R20-2017", dt.date(2022, 12, 1))

    def test_the_written_end_of_the_term_goes_first(self) -> None:
        facts = Facts(BRANCH, term_since=dt.date(2023, 5, 20), term_until=dt.date(2027, 5, 20))
        assert only(facts, dt.date(2026, 5, 20)) is None


class TestSetUp:
    applied = Facts(BRANCH, is_preparing=True, applied_on=dt.date(2026, 1, 31))

    def test_an_application_is_answered_within_a_calendar_month(self) -> None:
        hint = only(self.applied, dt.date(2026, 2, 28))
        assert hint
        assert (hint.rule.code, hint.due_on, hint.is_overdue) == ("R07", dt.date(2026, 2, 28), False)

    def test_a_day_later_it_is_overdue(self) -> None:
        hint = only(self.applied, dt.date(2026, 3, 1))
        assert hint
        assert hint.is_overdue

    def test_a_unit_of_a_joint_branch_with_three_full_members_should_stand_alone(self, world: World) -> None:
        day = dt.date(2026, 11, 21)
        for number, (full, probationary) in enumerate([(2, 5), (3, 0)]):
            company = make_company(number, world.kic)
            cover(company, world.joint_branch)
            CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=full, probationary=probationary)
        hint = only(facts_of(world.joint_branch, MemberCount(full=0), 2, day), day)
        assert hint
        assert hint.rule.code == "R01"
        assert "有 1 家" in hint.fact


class TestRows:
    def test_the_number_in_the_row_decides_not_the_code(self) -> None:
        Rule.objects.filter(code="R03").update(
            parameters={"measure": "units", "types": ["joint_branch"], "more_than": 9}
        )
        assert only(Facts(OrganizationType.JOINT_BRANCH, units=9), dt.date(2026, 1, 1)) is None

    def test_a_rule_that_is_switched_off_says_nothing(self) -> None:
        Rule.objects.filter(code="R03").update(is_active=False)
        assert only(Facts(OrganizationType.JOINT_BRANCH, units=9), dt.date(2026, 1, 1)) is None

    def test_every_row_of_the_code_table_is_sound(self) -> None:
        rows = json.loads(Path("fixtures/codes/rules.json").read_text(encoding="utf-8"))
        assert len(rows) == Rule.objects.count() >= 50
        for rule in Rule.objects.all():
            rule.full_clean()

    @pytest.mark.parametrize(
        ("kind", "parameters", "word"),
        [
            (RuleKind.SIZE, {}, "measure"),
            (RuleKind.TERM, {"years": 3}, "类型"),
            (RuleKind.TERM, {"years": {"branch": 3}}, "类型"),
            (RuleKind.REPLY, {"months": "1"}, "整数"),
            (RuleKind.REPLY, {"months": -1}, "整数"),
            (RuleKind.SIZE, {"measure": "cats", "types": [], "more_than": 5}, "计量对象"),
            (RuleKind.SIZE, {"measure": "units", "types": 7, "more_than": 5}, "类型"),
            (RuleKind.REPLY, [1], "JSON"),
        ],
    )
    def test_a_row_with_parameters_that_do_not_fit_is_refused(self, kind: str, parameters: object, word: str) -> None:
        rule = Rule(
            code="X1", name="试", kind=kind, strength="must", source="试", since=LONG_AGO, parameters=parameters
        )
        with pytest.raises(ValidationError) as refusal:
            rule.full_clean()
        assert word in str(refusal.value.message_dict["parameters"])


class TestPage:
    def test_it_lists_the_rules_of_a_day_with_their_articles(
        self, viewer: User, client_of: Callable[[User], Client]
    ) -> None:
        page = client_of(viewer).get("/rules/?as_of=2026-11-21").content.decode()
        assert "联合党支部覆盖单位一般不超过 5 个" in page
        assert "第五条" in page

    def test_in_2017_other_rules_held(self, viewer: User, client_of: Callable[[User], Client]) -> None:
        page = client_of(viewer).get("/rules/?as_of=2017-07-16").content.decode()
        assert "R20-2007" in page
        assert "联合党支部覆盖单位一般不超过" not in page

    def test_a_date_that_cannot_be_read_is_named_and_kept(
        self, viewer: User, client_of: Callable[[User], Client]
    ) -> None:
        page = client_of(viewer).get("/rules/?as_of=2026-13-40").content.decode()
        assert "2026-13-40" in page
        assert "日期写成" in page
