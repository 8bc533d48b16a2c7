"""Hints on size, set-up and terms: what each rule row says about the facts of one organisation, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from parkparty.companies.models import Company
from parkparty.core.dates import add_months
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import MemberCount, Organization
from parkparty.rules.choices import Measure, RuleKind, Strength
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.models import Rule


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules look at, as it was on one day: counts and dates, no persons.

    ``full_by_unit`` holds the full members of each company that the organisation covers jointly.
    """

    type: str
    path: str = ""
    full: int = 0
    probationary: int = 0
    full_by_unit: tuple[int, ...] = ()
    units: int = 0
    is_preparing: bool = False
    applied_on: dt.date | None = None
    term_since: dt.date | None = None
    term_until: dt.date | None = None

    def count(self, measure: str) -> int:
        """The number that a rule of size compares."""
        numbers = {Measure.UNITS: self.units, Measure.FULL_MEMBERS: self.full}
        return numbers.get(Measure(measure), self.full + self.probationary)


@dataclass(frozen=True, slots=True)
class Hint:
    """One rule that applies: the rule, the facts that make it apply, and the day by which something is due."""

    rule: Rule
    fact: str
    due_on: dt.date | None = None
    is_overdue: bool = False

    @property
    def is_duty(self) -> bool:
        """应当, as against 一般 and 可以."""
        return self.rule.strength == Strength.MUST


def facts_of(organization: Organization, count: MemberCount, units: int, on: dt.date) -> Facts:
    """The facts of ``organization`` with its last member count and its number of units; one query at most."""
    full_by_unit: list[int] = []
    if organization.type == OrganizationType.JOINT_BRANCH:
        covered: Any = Company.objects.covered_by(organization, on).with_full_members(on)
        full_by_unit = [company.full_members for company in covered.only("pk")]
    return Facts(
        type=organization.type,
        path=organization.path,
        full=count.full,
        probationary=count.probationary,
        full_by_unit=tuple(full_by_unit),
        units=units,
        is_preparing=organization.status == OrganizationStatus.PREPARING,
        applied_on=organization.applied_on,
        term_since=organization.term_since,
        term_until=organization.term_until,
    )


def hints(facts: Facts, on: dt.date, book: RuleBook | None = None) -> list[Hint]:
    """What the rules in force on ``on`` say about ``facts``, in the order of the rules; one query without a ``book``.

    A term is as long as the rule of the day on which it began: a branch elected in 2017 is not judged by 2018.
    """
    book = book or judging_book()
    today_rules = book.on(on, facts.path)
    term_rules = book.on(facts.term_since, facts.path) if facts.term_since else []
    rules = [rule for rule in today_rules if rule.kind != RuleKind.TERM]
    rules += [rule for rule in term_rules if rule.kind == RuleKind.TERM]
    found: list[Hint] = []
    for rule in sorted(rules, key=lambda rule: rule.code):
        if rule.kind in JUDGES:
            found += JUDGES[rule.kind](rule, facts, on, today_rules)
    return found


def judging_book() -> RuleBook:
    """The rules that give hints, for judging many organisations by them."""
    return RuleBook.read(JUDGES)


def rules_on(day: dt.date) -> list[Rule]:
    """All general rules that hold on ``day``, those switched off among them, by kind and code."""
    order = {kind: position for position, kind in enumerate(RuleKind.values)}
    rules = Rule.objects.general().valid_on(day).select_related("activity_type")
    return sorted(rules, key=lambda rule: (order[rule.kind], rule.code))


def rules_with(parameter: str, day: dt.date) -> list[Rule]:
    """The general rules in force on ``day`` that say something of ``parameter``, by code; one query."""
    return [rule for rule in Rule.objects.general().in_force(day).order_by("code") if parameter in rule.parameters]


def limit_of(kind: RuleKind, name: str, on: dt.date, path: str, **parameters: object) -> int | None:
    """The number ``name`` of the rule of ``kind`` with ``parameters`` that binds ``path`` on ``on``; None when none."""
    for rule in RuleBook.read([kind]).on(on, path):
        if parameters.items() <= rule.parameters.items():
            return int(rule.parameters[name])
    return None


def _size(rule: Rule, facts: Facts, on: dt.date, rules: list[Rule]) -> Iterator[Hint]:
    limit, most = rule.parameters["more_than"], rule.parameters.get("up_to")
    number = facts.count(rule.parameters["measure"])
    if facts.type not in rule.parameters["types"] or number <= limit or (most is not None and number > most):
        return
    sentences = {
        Measure.UNITS: _("现在覆盖 %(number)d 家企业。"),
        Measure.MEMBERS: _("现有党员 %(number)d 名（含预备党员）。"),
        Measure.FULL_MEMBERS: _("现有正式党员 %(number)d 名。"),
    }
    yield Hint(rule, sentences[Measure(rule.parameters["measure"])] % {"number": number})


def _set_up(rule: Rule, facts: Facts, on: dt.date, rules: list[Rule]) -> Iterator[Hint]:
    """Of a joint branch: its units that are large enough for a branch of their own."""
    least = rule.parameters["full_at_least"]
    ready = sum(full >= least for full in facts.full_by_unit)
    if facts.type == OrganizationType.JOINT_BRANCH and ready:
        text = _("覆盖的企业中有 %(number)d 家正式党员达到 %(least)d 名，可以单独组建。")
        yield Hint(rule, text % {"number": ready, "least": least})


def _reply(rule: Rule, facts: Facts, on: dt.date, rules: list[Rule]) -> Iterator[Hint]:
    if not facts.is_preparing or facts.applied_on is None:
        return
    due = add_months(facts.applied_on, rule.parameters["months"])
    yield Hint(rule, _("%(day)s 提出申请，还没有批复。") % {"day": facts.applied_on}, due, on > due)


def _term(rule: Rule, facts: Facts, on: dt.date, rules: list[Rule]) -> Iterator[Hint]:
    """A term that is over, or will be within the months of the reminder rule in force on ``on``."""
    years = rule.parameters["years"].get(facts.type)
    if facts.term_since is None or years is None:
        return
    due = facts.term_until or add_months(facts.term_since, 12 * years)
    since = {"day": facts.term_since, "due": due}
    if on >= due:
        yield Hint(rule, _("本届 %(day)s 开始，已于 %(due)s 届满。") % since, due, True)
        return
    for reminder in rules:
        if reminder.kind == RuleKind.TERM_REMINDER and on >= add_months(due, -reminder.parameters["months"]):
            yield Hint(reminder, _("本届 %(day)s 开始，将于 %(due)s 届满。") % since, due)


def _never(rule: Rule, facts: Facts, on: dt.date, rules: list[Rule]) -> Iterator[Hint]:
    """The reminder speaks through the term that it reminds of."""
    yield from ()


JUDGES: dict[str, Callable[[Rule, Facts, dt.date, list[Rule]], Iterator[Hint]]] = {
    RuleKind.SIZE: _size,
    RuleKind.SET_UP: _set_up,
    RuleKind.REPLY: _reply,
    RuleKind.TERM: _term,
    RuleKind.TERM_REMINDER: _never,
}
"""How each kind of rule is applied; kinds not named here give no hints."""
