"""Which rule rows speak for an organisation or a place on a day: general ones, and what is set locally instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.db.models import QuerySet

from parkparty.core.scope import Scope
from parkparty.core.written import ObjectsByKeys, OfKeys
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.rules.models import Rule


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule and the organisations that it binds: those under the path ``within``, but for those under ``without``."""

    rule: Rule
    within: str
    without: tuple[str, ...]


class RuleBook:
    """Rule rows, read once, from which many organisations and days are judged."""

    def __init__(self, rows: Iterable[Rule]) -> None:
        self.general: list[Rule] = []
        self.local: list[Rule] = []
        for row in rows:
            (self.local if row.overrides_id else self.general).append(row)
        self.general.sort(key=lambda rule: rule.code)
        self.local.sort(key=lambda rule: len(rule.organization.path), reverse=True)  # type: ignore[union-attr]

    @classmethod
    def read(cls, kinds: Iterable[str]) -> RuleBook:
        """All rows of ``kinds``, whatever their days; one query."""
        return cls(_rules_by_kind().read([*kinds]))

    def on(self, day: dt.date, path: str) -> list[Rule]:
        """The rules in force on ``day`` for the organisation or place at ``path``, in the order of their codes.

        A local rule takes the place of the general one that it overrides; of several, the nearest above decides. So
        one that is switched off frees its subtree from the rule, and one that is on brings in what is off elsewhere.
        """
        local = self._local_on(day, path)
        found = [local.get(rule.code, rule) for rule in self.general if rule.holds_on(day)]
        return [rule for rule in found if rule.is_active]

    def region(self, path: str) -> str:
        """The subtree around ``path`` in which the same rules hold: the nearest with local ones, or all of the tree."""
        found = (rule.organization.path for rule in self.local if rule.organization)
        return next((local for local in found if path.startswith(local)), "")

    def bound_on(self, day: dt.date) -> list[Bound]:
        """The rules in force on ``day``, each with the subtree that it binds: ``on`` for all paths."""
        found: list[Bound] = []
        for general in self.general:
            if not general.holds_on(day):
                continue
            nearer: list[str] = []
            for local in self.local:
                if local.overrides_id == general.code and local.organization and local.holds_on(day):
                    found.append(Bound(local, local.organization.path, tuple(nearer)))
                    nearer.append(local.organization.path)
            found.append(Bound(general, "", tuple(nearer)))
        return [bound for bound in found if bound.rule.is_active]

    def with_instead(self, rule: Rule) -> RuleBook:
        """This book with ``rule`` as if it had always been in force: for what it would have changed."""
        always = Rule(**{field.attname: getattr(rule, field.attname) for field in rule._meta.concrete_fields})
        always.organization, always.activity_type = rule.organization, rule.activity_type
        always.since, always.until = dt.date.min, None
        others = [row for row in (*self.general, *self.local) if row.code != rule.code and not _same_place(row, rule)]
        return RuleBook([*others, always])

    def _local_on(self, day: dt.date, path: str) -> dict[str, Rule]:
        found: dict[str, Rule] = {}
        for rule in self.local:
            if rule.general_code not in found and rule.holds_on(day) and _binds(rule, path):
                found[rule.general_code] = rule
        return found


@cache
def _rules_by_kind() -> ObjectsByKeys:
    rows = Rule.objects.filter(OfKeys("kind")).order_by("code")
    return ObjectsByKeys(rows.select_related("activity_type", "organization"))


def local_rules_of(rule: Rule, scope: Scope) -> QuerySet[Rule]:
    """What is set in place of ``rule`` in the reader's subtrees and above them, by the party tree."""
    rows: QuerySet[Rule] = Rule.objects.binding(scope).filter(overrides=rule).order_by("organization__path", "-since")
    return rows.select_related("organization__park", "organization__area", "set_by")


def _same_place(row: Rule, rule: Rule) -> bool:
    """Whether a local rule stands where another one does; general ones never do."""
    place = rule.overrides_id, rule.organization_id
    return rule.overrides_id is not None and (row.overrides_id, row.organization_id) == place


def _binds(rule: Rule, path: str) -> bool:
    """Whether a local rule holds at ``path``: in its subtree, or in the place of the committee it was set for."""
    organization = rule.organization
    if organization is None:
        return False
    places = [] if organization.type in BRANCH_TYPES else [organization.park, organization.area]
    return any(path.startswith(node.path) for node in (organization, *places) if node)
