"""What each process draws once: by language, and never what belongs to one page."""

from pathlib import Path

from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

INSIDE = "{% load i18n parkparty %}{% kept %}{% translate '首页' %} {{ number }}{% endkept %} {{ number }}"


def test_it_is_drawn_once_for_each_language() -> None:
    page = Template(INSIDE)
    with override("zh-hans"):
        assert page.render(Context({"number": 1})) == "首页 1 1"
        assert page.render(Context({"number": 2})) == "首页 1 2"
    with override("en"):
        assert page.render(Context({"number": 3})) == "Home 3 3"


def test_no_template_keeps_what_belongs_to_a_page() -> None:
    found = []
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        for part in path.read_text(encoding="utf-8").split("{% kept %}")[1:]:
            inside, closed, _after = part.partition("{% endkept %}")
            assert closed, path
            found.append(inside)
            for told in ("user", "request", "csrf_token", "may.", "page", "object", "{% block"):
                assert told not in inside, (path, told)
    assert len(found) > 5
