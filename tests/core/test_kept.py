"""What each process draws once: by language, and never what belongs to one page."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from parkparty.core.templatetags import parkparty

INSIDE = "{% load i18n parkparty %}{% kept %}{% translate '首页' %} {{ number }}{% endkept %} {{ number }}"


def test_it_is_drawn_once_for_each_language() -> None:
    page = Template(INSIDE)
    with override("zh-hans"):
        assert page.render(Context({"number": 1})) == "首页 1 1"
        assert page.render(Context({"number": 2})) == "首页 1 2"
    with override("en"):
        assert page.render(Context({"number": 3})) == "Home 3 3"


def test_it_is_drawn_anew_where_what_it_rests_on_differs() -> None:
    page = Template("{% load parkparty %}{% kept menu size %}{{ menu }}{{ size }} {{ number }}{% endkept %}")
    seen = ("a1", "b1", "b2", "a1", "b2")
    drawn = [page.render(Context({"menu": menu, "size": size, "number": n})) for n, (menu, size) in enumerate(seen)]
    assert drawn == ["a1 0", "b1 1", "b2 2", "a1 0", "b2 2"]


def test_what_is_kept_stays_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parkparty, "DRAWINGS", 2)
    page = Template("{% load parkparty %}{% kept menu %}{{ menu }}{% endkept %}")
    assert [page.render(Context({"menu": menu})) for menu in "abcabc"] == list("abcabc")
    assert len(page.nodelist[1].drawn) <= 2


def test_no_template_keeps_what_belongs_to_a_page() -> None:
    found = []
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        for rests_on, part in re.findall(
            r"{% kept ?([^%]*) %}(.*?)(?={% kept|$)", path.read_text(encoding="utf-8"), re.S
        ):
            inside, closed, _after = part.partition("{% endkept %}")
            assert closed, path
            found.append(inside)
            for named in rests_on.split():
                inside = inside.replace(named, "")
            inside = inside.replace('aria-current="page"', "")
            for told in ("user.", "user }", "request", "csrf_token", "may.", "page", "object", "{% block"):
                assert told not in inside, (path, told)
    assert len(found) > 15
