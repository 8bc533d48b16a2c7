"""Organisation life in a period: what was owed and done, and the activities held."""

from __future__ import annotations

from collections import Counter, defaultdict

from django.utils.translation import gettext as _

from parkparty.core.rates import Rate
from parkparty.reports.figures.draft import Draft
from parkparty.reports.sheets import Column, Entry, Section, Table, say
from parkparty.rules.choices import DutyState
from parkparty.rules.figures import Tally


def life(draft: Draft, tally: Tally, members: tuple[int, int], *, held: int, founded: int) -> Section:
    """What branches owed by each rule and did, how many activities count, how many members there are."""
    by_rule: dict[str, Counter[DutyState]] = defaultdict(Counter)
    for owed in tally.owed:
        by_rule[owed.rule.code] += owed.states
    names = {owed.rule.code: owed.rule.name for owed in tally.owed}
    rows = tuple(_row(draft, code, names[code], states) for code, states in sorted(by_rule.items()) if states)
    states = tally.states
    done = draft.rate("duties", _("组织生活完成率"), Rate(states[DutyState.DONE], states.total()))
    missing = draft.count("duties.open", _("未报（项）"), states[DutyState.MISSING] + states[DutyState.RETURNED])
    pending = draft.count("duties.pending", _("待审核（项）"), states[DutyState.PENDING])
    full, probationary = members
    sentences = (
        say(
            _("报告期内计入统计的活动%(held)s次。按规则应开展%(owed)s项，已完成%(done)s项，完成率%(rate)s；"),
            held=draft.count("held", _("计入统计的活动（次）"), held),
            owed=draft.count("duties.owed", _("应开展（项）"), states.total()),
            done=draft.count("duties.done", _("已完成（项）"), states[DutyState.DONE]),
            rate=done,
        )
        + say(_("待审核%(pending)s项，未报%(missing)s项。"), pending=pending, missing=missing),
        say(
            _("党支部现有正式党员%(full)s名、预备党员%(probationary)s名；报告期内新成立党组织%(founded)s个。"),
            full=draft.count("members.full", _("正式党员（名）"), full),
            probationary=draft.count("members.probationary", _("预备党员（名）"), probationary),
            founded=draft.count("founded", _("新成立党组织（个）"), founded),
        ),
    )
    columns = (
        Column(_("规则"), 20),
        *(Column(title, 6, is_number=True) for title in (_("应开展"), _("已完成"), _("待审核"), _("未报"))),
        Column(_("完成率"), 7, is_number=True),
    )
    table = Table(_("组织生活完成情况"), columns, rows, empty=_("报告期内没有生效的规则，或没有党支部。"))
    return Section(_("组织生活"), sentences, (table,))


def _row(draft: Draft, code: str, name: str, states: Counter[DutyState]) -> tuple[Entry, ...]:
    numbers = (
        ("owed", _("应开展"), states.total()),
        ("done", _("已完成"), states[DutyState.DONE]),
        ("pending", _("待审核"), states[DutyState.PENDING]),
        ("open", _("未报"), states[DutyState.MISSING] + states[DutyState.RETURNED]),
    )
    return (
        name,
        *(
            draft.count(f"rule.{code}.{id}", _("%(rule)s：%(what)s") % {"rule": name, "what": what}, number)
            for id, what, number in numbers
        ),
        draft.rate(f"rule.{code}", name, Rate(states[DutyState.DONE], states.total())),
    )
