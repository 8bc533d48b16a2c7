"""Formatting for pages: numbers, rates, icons. Nothing here knows what is being counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache

from django import template
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from parkparty.core.rates import NO_RATE, Rate

register = template.Library()


@register.filter
def thousands(value: int | None) -> str:
    """``12,345``; ``—`` for None. Django's own grouping follows the locale, and zh-hans groups by four."""
    return NO_RATE if value is None else f"{value:,}"


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


def row_drawer(columns: Iterable[tuple[object, str]]) -> Callable[..., SafeString]:
    """What draws the cells of a row from their values: at once, as nodes of a template they take most of a list.

    ``columns`` are titles, which stand in each cell for phones, where rows are cards, and classes.
    """
    heads = (flatatt({"class": css_class or None, "data-label": title}) for title, css_class in columns)
    pattern = "".join(f"<td{_plain(head)}>{{}}</td>" for head in heads)
    return lambda *values: format_html(pattern, *values)


def _plain(text: str) -> str:
    """``text`` as a pattern of ``format`` that says just that."""
    return text.replace("{", "{{").replace("}", "}}")


@register.simple_block_tag
def drawn(content: SafeString) -> SafeString:
    """What stands inside, drawn once; ``as name`` keeps it to be shown in several places."""
    return content
