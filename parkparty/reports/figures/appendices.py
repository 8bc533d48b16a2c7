"""The lists behind a report: companies without coverage, duties not met, hints by rule, activities by type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from parkparty.companies.figures import listed_companies
from parkparty.core.templatetags.parkparty import listed
from parkparty.coverage.figures.frozen import coverage_in
from parkparty.coverage.models import CoverageSnapshot
from parkparty.reports.choices import LISTED
from parkparty.reports.figures import facts
from parkparty.reports.figures.draft import Draft
from parkparty.reports.sheets import Column, Row, Section, Table, say
from parkparty.rules.choices import OPEN_STATES
from parkparty.rules.figures import Hint, Tally


def uncovered(frozen: CoverageSnapshot) -> Section:
    """The companies that no organisation covers as an appendix."""
    entries = tuple(company_entries(facts.first_uncovered(frozen, LISTED), frozen.as_of))
    table = uncovered_table(entries, left_out=coverage_in(frozen).uncovered - len(entries))
    return Section(_("附件一：未组织覆盖企业名单"), (), (table,), is_appendix=True)


def uncovered_table(rows: tuple[Row, ...], *, left_out: int = 0) -> Table:
    """The table of the companies that no organisation covers."""
    return Table(_("未组织覆盖的企业"), company_columns(_("现状")), rows, left_out, _("没有这样的企业。"))


def company_columns(state: str) -> tuple[Column, ...]:
    """The columns of a list of companies, ``state`` the title of how each is covered."""
    members = Column(_("正式党员"), 6, is_number=True)
    return Column(_("企业"), 22), Column(_("所在园区"), 12), members, Column(state, 8)


def company_entries(companies: Iterable[Any], as_of: dt.date) -> Iterator[Row]:
    """Companies of ``for_list`` as the rows below ``company_columns``."""
    for row in listed_companies(companies, facts.EVERYTHING, as_of):
        yield row.company.name, listed(park.name for park in row.parks), row.company.full_members, str(row.state.label)


def missing(tally: Tally, title: str) -> Section:
    """An appendix: what branches owed and have not reported, or got back."""
    rows = tuple((duty.organization, duty.rule.name, duty.period_name, str(duty.state.label)) for duty in tally.listed)
    number = sum(tally.states[state] for state in OPEN_STATES)
    columns = (Column(_("党支部"), 16), Column(_("应开展"), 20), Column(_("时间"), 7), Column(_("状态"), 6))
    table = Table(_("未报的组织生活"), columns, rows, number - len(rows), _("没有未报的组织生活。"))
    return Section(title, (), (table,), is_appendix=True)


def activities(by_type: Sequence[tuple[str, int, int]]) -> Section:
    """Counted activities of the period by type as an appendix."""
    return Section(_("附件三：活动开展情况"), (), (by_type_table(by_type),), is_appendix=True)


def by_type_table(by_type: Sequence[tuple[str, int, int]]) -> Table:
    """Counted activities by type: how often, and how many took part."""
    columns = (
        Column(_("计入类型"), 16),
        Column(_("次数"), 8, is_number=True),
        Column(_("实到人次"), 8, is_number=True),
    )
    return Table(_("各类活动"), columns, tuple(by_type), empty=_("报告期内没有计入统计的活动。"))


def hints(draft: Draft, found: Sequence[tuple[facts.Standing, Hint]]) -> Section:
    """What the rules on size and term have to say, each with its article."""
    terms = sum(hint.due_on is not None for _one, hint in found)
    sentence = say(
        _("按规则需要关注的事项%(all)s项，其中任期届满或临近届满%(terms)s项。"),
        all=draft.count("hints", _("需要关注的事项（项）"), len(found)),
        terms=draft.count("hints.terms", _("任期事项（项）"), terms),
    )
    rows = tuple((one.name, f"{hint.rule.name}：{hint.fact}", hint.rule.source) for one, hint in found[:LISTED])
    columns = (Column(_("党组织"), 14), Column(_("提示"), 20), Column(_("依据"), 16))
    table = Table(_("规则提示"), columns, rows, len(found) - len(rows), _("没有提示。"))
    return Section(_("提示"), (sentence,), (table,))
