"""Formatting for pages: numbers, rates, icons. Nothing here knows what is being counted."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, cast

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import template
from django.forms import BoundField
from django.forms.utils import flatatt
from django.template import Context
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parkparty.core.rates import NO_RATE, Rate

register = template.Library()


@register.filter
def thousands(value: int | None) -> str:
    """``12,345``; ``—`` for None. Django's own grouping follows the locale, and zh-hans groups by four."""
    # Digits and commas: nothing to escape, which is asked of each number of a list.
    return NO_RATE if value is None else SafeString(f"{value:,}")  # nosec B703


@register.filter
def rate(value: Rate | None) -> str:
    """A rate that shows its parts: ``75.9%（148/195）``; ``3/4`` where a percentage claims too much; ``—`` for 0/0."""
    if value is None or value.denominator == 0 or value.is_small:
        return NO_RATE if value is None else str(value)
    return _("%(percent)s（%(numerator)s/%(denominator)s）") % {
        "percent": value,
        "numerator": thousands(value.numerator),
        "denominator": thousands(value.denominator),
    }


@register.filter
def listed(values: Iterable[object]) -> str:
    """Names one after the other, as the language separates them: ``支部党员大会、党课``."""
    return _("、").join(map(str, values))


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of Bootstrap Icons beside words that say the same; readers of the screen do not hear it."""
    return format_html('<i class="bi bi-{}" aria-hidden="true"></i>', name)


@register.simple_tag
def filter_field(field: BoundField) -> SafeString:
    """A field of a filter form, drawn as crispy does but at once; by crispy itself when it is wrong or has no class."""
    if field.errors or "class" not in field.field.widget.attrs:
        return cast("SafeString", as_crispy_field(field))
    return FIELD(field.auto_id, field.id_for_label, str(field.label), field.as_widget())


def escaped(value: Any) -> str:
    """``value`` as it stands on a page: text escaped, what is safe as it is. Django's own asks more of each first."""
    if isinstance(value, SafeString):
        return value
    return html.escape(value) if isinstance(value, str) else conditional_escape(value)


def drawer(pattern: str) -> Callable[..., SafeString]:
    """What fills ``pattern`` as ``format_html`` does, for what a page draws row by row."""
    fill = pattern.format
    # The pattern is a literal of ours (tests/core/test_drawing.py), each value is escaped.
    return lambda *values: SafeString(fill(*map(escaped, values)))  # nosec B703


def joined(parts: Iterable[object], between: str = "") -> SafeString:
    """``parts`` one after the other, each as it stands on a page."""
    # Each part is escaped.
    return SafeString(between.join(map(escaped, parts)))  # nosec B703


FIELD = drawer('<div id="div_{}" class="mb-3"><label for="{}" class="form-label">{}</label>{}</div>')


def row_drawer(columns: Iterable[tuple[object, str, str]]) -> Callable[..., SafeString]:
    """What draws a row from what stands before the name (a picture, mostly nothing), address and name of what it is
    about, and the values of its cells. All at once: as nodes of a template the rows take most of a list.

    ``columns`` are titles, which stand in each cell for phones, where rows are cards; classes; and what a cell holds,
    with ``{}`` for each of its values.
    """
    return _row_drawer(tuple((str(title), css_class, cell) for title, css_class, cell in columns))


@lru_cache(maxsize=256)
def _row_drawer(columns: tuple[tuple[str, str, str], ...]) -> Callable[..., SafeString]:
    heads = (flatatt({"class": css_class or None, "data-label": title}) for title, css_class, _cell in columns)
    cells = (f"<td{_plain(head)}>{cell}</td>" for head, (*_head, cell) in zip(heads, columns, strict=True))
    return drawer(f'<tr><th scope="row">{{}}<a href="{{}}">{{}}</a></th>{"".join(cells)}</tr>')


def _plain(text: str) -> str:
    """``text`` as a pattern of ``format`` that says just that."""
    return text.replace("{", "{{").replace("}", "}}")


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """What stands inside says the same to everybody on every page of a language: each process draws it once.

    With ``{% kept menu text_size %}`` it says the same wherever these values are the same, and rests on nothing else.
    """
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(inside, [parser.compile_filter(name) for name in token.split_contents()[1:]])


class KeptNode(template.Node):
    """What ``kept`` encloses, by language and by what it rests on."""

    def __init__(self, inside: NodeList, rests_on: list[FilterExpression]) -> None:
        self.inside, self.rests_on = inside, rests_on
        self.drawn: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        seen = get_language(), *[value.resolve(context) for value in self.rests_on]
        found = self.drawn.get(seen)
        if found is None:
            if len(self.drawn) >= DRAWINGS:
                self.drawn.clear()
            found = self.drawn[seen] = self.inside.render(context)
        return found


DRAWINGS = 500
"""Of one part of a page that are kept."""


@register.simple_block_tag
def brackets(content: SafeString) -> SafeString:
    """What stands inside, in the brackets of the language, close to what stands before: ``（3）``, `` (3)``."""
    return format_html(_("（{}）"), content)


@register.simple_block_tag
def drawn(content: SafeString) -> SafeString:
    """What stands inside, drawn once; ``as name`` keeps it to be shown in several places."""
    return content
