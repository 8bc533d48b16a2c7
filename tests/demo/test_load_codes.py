"""``manage.py load_codes``: missing rows come, a site's own wording stays."""

from __future__ import annotations

import re

import pytest
from django.utils.translation import override

from parkparty.activities.models import ActivityTheme, ActivityType
from parkparty.companies.models import Industry
from parkparty.organizations.models import FormationMode
from parkparty.rules.models import Rule
from tests.demo.conftest import run

CHINESE = re.compile("[\u4e00-\u9fff]")

pytestmark = pytest.mark.django_db


def test_it_fills_every_code_table() -> None:
    said = run("load_codes")

    for model in (FormationMode, Industry, ActivityType, ActivityTheme, Rule):
        assert f"{model._meta.verbose_name}：新增 {model.objects.count()} 行" in said
    assert Industry.objects.filter(code__regex="^[A-T]$").count() == 20
    assert Industry.objects.filter(code__regex="^[0-9]{2}$").count() == 97


def test_a_second_time_there_is_nothing_to_do() -> None:
    run("load_codes")

    assert run("load_codes") == "代码表已是最新。"


def test_what_a_site_has_changed_stays_and_only_the_missing_comes_back() -> None:
    run("load_codes")
    FormationMode.objects.filter(code="regional").update(name="片区联建", is_active=False)
    FormationMode.objects.filter(code="building").delete()

    assert run("load_codes") == "组建方式：新增 1 行"

    kept = FormationMode.objects.get(code="regional")
    assert (kept.name, kept.is_active) == ("片区联建", False)
    assert FormationMode.objects.get(code="building").name == "楼宇合建"


def test_a_site_from_before_gets_the_english_names_but_where_it_has_its_own() -> None:
    run("load_codes")
    ActivityType.objects.update(name_en="")
    ActivityType.objects.filter(code="salon").update(name="产业会客厅")
    ActivityType.objects.filter(code="volunteer").update(name_en="Volunteering")
    Rule.objects.filter(code="R70-1").update(
        name_en="", parameters={"industry": "软件和信息技术服务业", "size_limits": {"staff": [9, 6, 3]}}
    )

    assert run("load_codes") == "活动类型：补上 10 个英文名称\n规则：补上 1 个英文名称"

    named = dict(ActivityType.objects.values_list("code", "name_en"))
    assert (named["theme_day"], named["salon"], named["volunteer"]) == ("Theme party day", "", "Volunteering")
    sizes = Rule.objects.get(code="R70-1")
    assert sizes.parameters["size_limits"] == {"staff": [9, 6, 3]}
    with override("en"):
        assert sizes.industry == "Software and information technology services"
    assert run("load_codes") == "代码表已是最新。"


@pytest.mark.sqlite
def test_every_row_has_an_english_name_of_its_own() -> None:
    run("load_codes")

    for model in (FormationMode, ActivityType, ActivityTheme):
        names = list(model.objects.values_list("name_en", flat=True))
        assert all(names)
        assert len(set(names)) == len(names)
    for model in (Industry, Rule):
        assert [row.pk for row in model.objects.all() if not row.name_en or CHINESE.search(row.name_en)] == []


@pytest.mark.sqlite
def test_the_english_of_a_rule_keeps_its_numbers() -> None:
    run("load_codes")

    for rule in Rule.objects.all():
        ours, theirs = (set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))) for text in (rule.name, rule.name_en))
        assert ours - {"1", "2000"} <= theirs, rule.code
