"""When terms end, by the rule of the day on which each began, and when the unit above reminds of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from parkparty.core.dates import Period, add_months, month_of
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.rules.choices import RuleKind
from parkparty.rules.figures.book import RuleBook
from parkparty.rules.models import Rule

KINDS = (RuleKind.TERM, RuleKind.TERM_REMINDER, RuleKind.TERM_EXTENSION)


@dataclass(frozen=True, slots=True)
class Term:
    """The term of one organisation: when it began and ends, by which rule, and from when on the unit above reminds.

    ``latest_on`` is the last day to which the unit above may put off the election.
    """

    organization: Organization
    since: dt.date
    due_on: dt.date
    rule: Rule | None
    reminder: Rule | None
    remind_on: dt.date | None
    latest_on: dt.date | None

    def is_overdue(self, on: dt.date) -> bool:
        """Whether it is over on ``on``: the day it ends is the first without a term."""
        return on >= self.due_on

    def is_to_be_reminded(self, on: dt.date) -> bool:
        """Whether the letter is due."""
        return self.remind_on is not None and on >= self.remind_on

    @property
    def month(self) -> Period:
        """The calendar month in which it ends."""
        return month_of(self.due_on)


def term_of(organization: Organization, on: dt.date, book: RuleBook | None = None) -> Term | None:
    """The term of ``organization``; None when none is known, or no rule says how long it is. One query without a book.

    A written end goes before the rule's.
    """
    since, due = organization.term_since, organization.term_until
    if since is None:
        return None
    book = book or RuleBook.read(KINDS)
    rules = [rule for rule in book.on(since, organization.path) if rule.kind == RuleKind.TERM]
    rule = next((rule for rule in rules if organization.type in rule.parameters["years"]), None)
    if due is None and rule is not None:
        due = add_months(since, 12 * rule.parameters["years"][organization.type])
    if due is None:
        return None
    by_kind = {rule.kind: rule for rule in reversed(book.on(on, organization.path))}
    reminder, extension = by_kind.get(RuleKind.TERM_REMINDER), by_kind.get(RuleKind.TERM_EXTENSION)
    remind_on = add_months(due, -reminder.parameters["months"]) if reminder else None
    latest_on = add_months(due, extension.parameters["months"]) if extension else None
    return Term(organization, since, due, rule, reminder, remind_on, latest_on)


def terms_ending(organizations: OrganizationQuerySet, until: dt.date, on: dt.date, most: int) -> list[Term]:
    """The terms of ``organizations`` (already cut to the reader's scope) that end before ``until``, first due first.

    Only of those that stand on ``on``; ``most`` of them are looked at, those with the oldest terms first. Two queries.
    """
    book = RuleBook.read(KINDS)
    begun = Q(term_until__isnull=True, term_since__lt=_latest_start(book.general, until))
    rows = organizations.active_on(on).filter(Q(term_until__lt=until) | begun, term_since__isnull=False)
    found: Iterable[Term | None] = [term_of(one, on, book) for one in rows.order_by("term_since", "path")[:most]]
    return sorted(
        (term for term in found if term and term.due_on < until), key=lambda term: (term.due_on, term.organization.path)
    )


def _latest_start(rules: Iterable[Rule], until: dt.date) -> dt.date:
    """No term without a written end that began later can end before ``until``."""
    years = [number for rule in rules if rule.kind == RuleKind.TERM for number in rule.parameters["years"].values()]
    return add_months(until, -12 * min(years, default=0))
