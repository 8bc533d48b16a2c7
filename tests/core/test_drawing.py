"""What pages draw row by row: filled in at once, and nothing of what people wrote becomes markup."""

import pytest
from django.template import Context, Template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, override

from parkparty.core.rates import Rate
from parkparty.core.templatetags.parkparty import drawer, escaped, joined, row_drawer

EVIL = "<script>alert('x')</script> & \"{}\" {0}"


@pytest.mark.parametrize(
    "value", [EVIL, "", "园区", 1234, None, Rate(1, 3), gettext_lazy("首页"), format_html("<b>{}</b>", EVIL), ["<i>"]]
)
def test_a_value_stands_as_django_would_write_it(value: object) -> None:
    assert escaped(value) == conditional_escape(value)
    assert drawer("<p>{}</p>")(value) == format_html("<p>{}</p>", value)
    assert joined([value, value], "<br>") == format_html("{}<br>{}", value, value)


def test_what_is_drawn_is_not_escaped_again() -> None:
    drawn = drawer("<p>{}</p>")(EVIL)
    assert Template("{{ drawn }}").render(Context({"drawn": drawn})) == drawn
    assert drawer("{}")(drawn) == joined([drawn]) == drawn
    assert isinstance(joined([]), SafeString)


def test_a_row_has_its_titles_in_each_cell_whatever_they_hold() -> None:
    columns = [(gettext_lazy("首页"), "", "{}"), ("a{0}<", "number", '<a href="{}">{}</a>')]
    with override("zh-hans"):
        row = row_drawer(columns)("", "/?a=1&b=2", EVIL, "<1>", "/x/", "2")
    with override("en"):
        assert 'data-label="Home"' in row_drawer(columns)("", "", "", "", "", "")
    assert row == (
        f'<tr><th scope="row"><a href="/?a=1&amp;b=2">{escaped(EVIL)}</a></th><td data-label="首页">&lt;1&gt;</td>'
        '<td class="number" data-label="a{0}&lt;"><a href="/x/">2</a></td></tr>'
    )


def test_brackets_are_those_of_the_language_and_close_to_what_stands_before() -> None:
    page = Template("{% load parkparty %}甲{% brackets %}<a>{{ evil }}</a>{% endbrackets %}")
    assert page.render(Context({"evil": EVIL})) == f"甲（<a>{escaped(EVIL)}</a>）"
