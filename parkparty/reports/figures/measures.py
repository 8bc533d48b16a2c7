"""The paragraph that an office writes into a report itself."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parkparty.core.text import clean
from parkparty.reports.figures.facts import Asked
from parkparty.reports.sheets import Section


def measures_section(asked: Asked) -> Section:
    """What the office does next; its line breaks stay."""
    lines = [clean(line) for line in asked.measures.splitlines() if clean(line)]
    return Section(_("下一步措施"), tuple((line,) for line in lines or [_("（由报告单位填写。）")]))
