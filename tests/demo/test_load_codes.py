"""``manage.py load_codes``: missing rows come, a site's own wording stays."""

from __future__ import annotations

import pytest

from parkparty.activities.models import ActivityTheme, ActivityType
from parkparty.companies.models import Industry
from parkparty.organizations.models import FormationMode
from parkparty.rules.models import Rule
from tests.demo.conftest import run

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
