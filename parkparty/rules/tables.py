"""Duties drawn at once: as nodes of templates their signs, some thousands, take most of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from parkparty.core.http import addresses
from parkparty.core.scope import Scope
from parkparty.core.templatetags.parkparty import drawer, joined, row_drawer
from parkparty.rules.choices import DutyState, Every
from parkparty.rules.figures import Duty, Grid, LifeRow, Strips
from parkparty.rules.models import Rule

ROW = drawer('<tr><th scope="row"><a href="{}">{}</a></th>{}</tr>')
CELL = drawer("<td>{}</td>")
MONTHS_DONE = drawer('<td class="number">{}/{}</td>')
PERIOD = drawer('<li>{}<span class="note">{}</span></li>')
SIGN = drawer('<span aria-hidden="true">{}</span><span class="visually-hidden">{}</span>')
RECORD = drawer('<a href="{}">{}</a>')
BOX = drawer('<input class="form-check-input" type="checkbox" name="duty" value="{}:{}" aria-label="{}"{}>')
CHECKED = drawer(" checked")()


def grid_rows(grid: Grid, ticked: str, writes: Scope, *, may_urge: bool) -> SafeString:
    """Branches × duties, each a sign that leads to the record. Open ones may be chosen to be urged.

    Those of branches for which the reader ``writes`` lead to the form that meets them, or to the draft.
    """
    sign, address_of = _signs(), addresses("organizations:detail")
    codes = [column.code for column in grid.columns]
    row = row_drawer((column.name, "", "{}") for column in grid.columns)
    names: dict[str, str] = {}

    def box(duty: Duty, code: str) -> SafeString:
        if duty.rule.pk not in names:
            names[duty.rule.pk] = str(duty.rule.activity_type)
        told = _("选择%(organization)s的%(duty)s") % {"organization": duty.organization, "duty": names[duty.rule.pk]}
        return BOX(duty.organization.pk, duty.rule.pk, told, CHECKED if code == ticked else "")

    def cell(duty: Duty | None, code: str) -> SafeString:
        if duty is None or not duty.is_open:
            return sign(duty)
        is_theirs = writes.covers("organizations", duty.organization.path)
        shown = RECORD(_form_of(duty), sign(duty, leads=False)) if is_theirs else sign(duty)
        return joined([box(duty, code), shown]) if may_urge else shown

    return joined(row("", address_of(branch.code), branch, *map(cell, duties, codes)) for branch, duties in grid.rows)


def strip_rows(strips: Strips) -> SafeString:
    """Branches × months of one duty, and in how many it was done."""
    sign, address_of = _signs(), addresses("organizations:checkup")
    return joined(
        ROW(
            address_of(row.branch.code),
            row.branch,
            joined([*(CELL(sign(duty)) for duty in row.duties), MONTHS_DONE(row.done.numerator, row.done.denominator)]),
        )
        for row in strips.rows
    )


class LifeLine(NamedTuple):
    """One kind of duty of one branch, its periods drawn one after another."""

    rule: Rule
    periods: SafeString


def life_lines(life: Iterable[LifeRow]) -> list[LifeLine]:
    """The duties of one branch, period by period."""
    sign = _signs()
    return [LifeLine(row.rule, joined(PERIOD(sign(duty), _period_of(duty)) for duty in row.duties)) for row in life]


def _period_of(duty: Duty) -> str:
    """A period as it is written in a row of others, a quarter in words."""
    period = duty.period
    return f"{period.since.year} {duty.period_name}" if duty.rule.every == Every.QUARTER else period.name


def _form_of(duty: Duty) -> str:
    """Where an open duty is met: the branch's own record that was begun or given back, or a new one."""
    if duty.activity and duty.is_led:
        return reverse("activities:edit", args=[duty.activity.pk])
    asked = {"organization": duty.organization.code, "type": duty.rule.activity_type_id}
    return reverse("activities:new", query=asked)


def _signs() -> Callable[..., SafeString]:
    """What draws a duty as a sign with its word; none where nothing is owed. Put into words once.

    A sign ``leads`` to the record that its reader sees: drafts are seen by those alone who write them.
    """
    address_of = addresses("activities:detail")
    signs: dict[Any, SafeString] = {
        DutyState.DONE: SIGN("●", _("已完成")),
        DutyState.PENDING: SIGN("◐", _("已报，待审核")),
        DutyState.RETURNED: SIGN("○", _("已退回")),
        DutyState.MISSING: SIGN("○", _("未报")),
    }
    nothing = SIGN("—", _("不要求"))

    def draw(duty: Duty | None, *, leads: bool = True) -> SafeString:
        if duty is None:
            return nothing
        sign, record = signs[duty.state], duty.activity if leads and duty.state != DutyState.MISSING else None
        return RECORD(address_of(record.pk), sign) if record else sign

    return draw
