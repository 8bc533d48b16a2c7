"""Coverage then and now: what was frozen, what was corrected since, and each cause of the difference."""

from __future__ import annotations

from django.utils.translation import gettext as _

from parkparty.core.rates import Rate
from parkparty.coverage.figures.frozen import coverage_in
from parkparty.reports.choices import period_label
from parkparty.reports.figures.draft import Draft
from parkparty.reports.figures.facts import Before
from parkparty.reports.sheets import Column, Entry, Ref, Sentence, Table, say


def compared(draft: Draft, prefix: str, before: Before, now: Rate) -> tuple[Sentence, Table]:
    """The sentence and the table of one comparison; cell ids begin with ``prefix``.

    The first row is what was frozen at the time; corrections of its day made since are a row of their own, so that the
    rows add up to today's number. Without a frozen figure the records as they are now tell what was then.
    """
    period = draft.word(f"{prefix}.period", _("对比期"), period_label(before.period))
    then = coverage_in(before.snapshot).organization_rate if before.snapshot else before.waterfall.start
    covered, companies, rate = _point(draft, f"{prefix}.then", period_label(before.period), then)
    covered_now, companies_now, rate_now = _point(draft, f"{prefix}.now", _("本期"), now)
    sentence = say(
        _(
            "与%(period)s相比，组织覆盖企业由%(covered)s家变为%(covered_now)s家（%(change)s），"
            "企业总数由%(companies)s家变为%(companies_now)s家（%(of)s），组织覆盖率由%(rate)s变为%(rate_now)s。"
        ),
        period=period,
        covered=covered,
        covered_now=covered_now,
        change=draft.change(f"{prefix}.change", _("组织覆盖企业增减（家）"), now.numerator - then.numerator),
        companies=companies,
        companies_now=companies_now,
        of=draft.change(f"{prefix}.companies", _("企业总数增减（家）"), now.denominator - then.denominator),
        rate=rate,
        rate_now=rate_now,
    )
    rows: list[tuple[Entry, ...]] = [(period_label(before.period), covered, companies, rate)]
    corrected = (
        before.waterfall.start.numerator - then.numerator,
        before.waterfall.start.denominator - then.denominator,
    )
    steps = [(f"{prefix}.corrected", _("当时数字的更正"), *corrected)]
    steps += [
        (f"{prefix}.{step.cause}", str(step.cause.label), step.covered, step.companies)
        for step in before.waterfall.steps
    ]
    rows += [
        (
            label,
            draft.change(id, _("%(cause)s：覆盖") % {"cause": label}, of_covered),
            draft.change(f"{id}.companies", _("%(cause)s：企业") % {"cause": label}, of_all),
            None,
        )
        for id, label, of_covered, of_all in steps
        if of_covered or of_all
    ]
    rows.append((_("本期"), covered_now, companies_now, rate_now))
    columns = (
        Column(_("原因"), 16),
        Column(_("组织覆盖（家）"), 9, is_number=True),
        Column(_("企业（家）"), 9, is_number=True),
        Column(_("组织覆盖率"), 8, is_number=True),
    )
    return sentence, Table(_("与%(period)s相比") % {"period": period_label(before.period)}, columns, tuple(rows))


def _point(draft: Draft, id: str, when: str, rate: Rate) -> tuple[Ref, Ref, Ref]:
    return (
        draft.count(f"{id}.covered", _("%(when)s：组织覆盖（家）") % {"when": when}, rate.numerator),
        draft.count(f"{id}.companies", _("%(when)s：企业（家）") % {"when": when}, rate.denominator),
        draft.rate(id, _("%(when)s：组织覆盖率") % {"when": when}, rate),
    )
