"""有效覆盖 (domain 2.7, our own definition): covered, and by an organisation whose meetings really took place."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from functools import reduce
from itertools import chain
from operator import add
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, TruncMonth
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext as _

from parkparty.activities.choices import COUNTED_STATES
from parkparty.activities.models import Activity, ActivityHost
from parkparty.companies.choices import CoverageState, Denominator
from parkparty.companies.models import CoverageLink
from parkparty.companies.querysets import WHOLE, CompanyQuerySet, Cut
from parkparty.core.dates import Period, add_months, month_of, quarter_of
from parkparty.core.scope import Scope
from parkparty.core.written import IsGiven, flag
from parkparty.coverage.figures.coverage import CompanyCoverage, Counted, Node, Point
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.models import Organization
from parkparty.rules.figures import LimitBook
from parkparty.rules.models import Rule

MetAt = Callable[[Point, LimitBook], "tuple[Q, list[int]] | None"]

ASSEMBLY, THEME_DAY = "R30", "R34"
"""支部党员大会 each quarter and 主题党日 each month: the rules that tell which activity type each of them is."""

MONTHS, MONTHS_HELD = 3, 2
"""Of the last three full months, at least two must have had their theme day."""

HAS_BRANCHES = (OrganizationType.COMMITTEE, OrganizationType.GENERAL_BRANCH)
"""Organisations that may be a company's own and leave the meetings to branches below them."""


def definition() -> str:
    """What counts as effective, in one sentence, with its label."""
    return _(
        "有效覆盖（自定义口径）：已组织覆盖，且覆盖它的党组织在上一个完整季度开过支部党员大会（R30），"
        "最近三个完整月份中至少两个月开展过主题党日（R34）；只计已审核通过的活动。"
    )


def last_full_quarter(day: dt.date) -> Period:
    """The last quarter that was over on the evening of ``day``."""
    return quarter_of(quarter_of(day + dt.timedelta(days=1)).since - dt.timedelta(days=1))


def last_full_months(day: dt.date) -> list[Period]:
    """The last ``MONTHS`` months that were over on the evening of ``day``, the earliest first."""
    first = month_of(day + dt.timedelta(days=1)).since
    return [month_of(add_months(first, -months)) for months in range(MONTHS, 0, -1)]


def effective_organizations(day: dt.date, among: Collection[int] | None = None) -> QuerySet[Organization]:
    """Organisations that met R30 in the last full quarter and R34 in two of the last three full months.

    Meetings of the branches under a committee or general branch count for it. An activity counts for each of its types
    and each of its hosts by the day it was held, whenever it was filed; a branch founded since has met nothing yet.
    Of all organisations, or of those whose keys are ``among`` them, which spares reading the meetings of all others.
    """
    assemblies, theme_days = (Rule.objects.filter(code=rule).values("activity_type") for rule in (ASSEMBLY, THEME_DAY))
    return _met(day, assemblies, theme_days, among)


def effective_keys(day: dt.date) -> frozenset[int]:
    """The keys of ``effective_organizations``, of all of them; in three queries that read each meeting once."""
    types = dict(Rule.objects.filter(code__in=(ASSEMBLY, THEME_DAY)).values_list("code", "activity_type"))
    if None in (types.get(ASSEMBLY), types.get(THEME_DAY)):
        return frozenset()
    quarter, months, three = last_full_quarter(day), last_full_months(day), _three(day)
    asked = [([types[ASSEMBLY]], quarter, 1), ([types[THEME_DAY]], three, MONTHS_HELD)]
    whole = Period(min(quarter.since, three.since), max(quarter.until, three.until), "")
    hosts = ActivityHost.objects.filter(_of(types.values(), whole), activity__state__in=COUNTED_STATES).order_by()
    held = {f"held_{number}": _whether([types[THEME_DAY]], month) for number, month in enumerate(months)}
    counted = hosts.values("organization").annotate(assembled=_whether([types[ASSEMBLY]], quarter), **held)
    met = counted.annotate(met=reduce(add, map(F, held))).filter(assembled=1, met__gte=MONTHS_HELD)
    own = met.values_list("organization", flat=True)
    together = (_together(*one) for one in asked)
    of_branches = Organization.objects.filter(*together, type__in=HAS_BRANCHES)
    return frozenset(chain(own, of_branches.order_by().values_list("pk", flat=True)))


def _whether(types: Any, period: Period) -> Max:
    """1 when an activity of one of ``types`` was held in ``period``, otherwise 0."""
    return Max(Case(When(_of(types, period), then=1), default=0))


def _three(day: dt.date) -> Period:
    months = last_full_months(day)
    return Period(months[0].since, months[-1].until, "")


def _of(types: Any, period: Period) -> Q:
    """Hosts of activities of one of ``types`` in ``period``."""
    held = Q(activity__held_on__gte=period.since, activity__held_on__lt=period.until)
    return Q(activity__types__in=types) & held


def _met(
    day: dt.date, assemblies: Any, theme_days: Any, among: Collection[int] | None = None
) -> QuerySet[Organization]:
    assembled = _held(assemblies, last_full_quarter(day), 1, among)
    held = assembled & _held(theme_days, _three(day), MONTHS_HELD, among)
    return Organization.objects.filter(held if among is None else Q(pk__in=among) & held)


def _held(types: Any, period: Period, months: int, among: Collection[int] | None) -> Q:
    """Organisations (of those ``among``) that held in ``months`` months of ``period`` an activity of one of ``types``.

    Those with branches below, if these did, together.
    """
    hosts = ActivityHost.objects.filter(_of(types, period), activity__state__in=COUNTED_STATES)
    held = Count(TruncMonth("activity__held_on"), distinct=True)
    asked = hosts if among is None else hosts.filter(organization__in=among)
    enough = asked.values("organization").annotate(held=held).filter(held__gte=months).values("organization")
    return Q(pk__in=enough) | Q(type__in=HAS_BRANCHES) & _together(types, period, months)


def _together(types: Any, period: Period, months: int) -> Q:
    """Organisations that with all below them held in ``months`` months of ``period`` an activity of ``types``."""
    below = ActivityHost.objects.filter(
        _of(types, period),
        activity__state__in=COUNTED_STATES,
        organization__path__gte=OuterRef("path"),
        organization__path__lt=Concat(OuterRef("path"), Value("~")),
    )
    # Not Count: it would group by what stands beside it, and the branches are to be counted together.
    number = Func(TruncMonth("activity__held_on"), template="COUNT(DISTINCT %(expressions)s)")
    together = Subquery(below.order_by().annotate(number=number).values("number"), output_field=IntegerField())
    return Q(GreaterThanOrEqual(together, months))


def effective_companies(
    node: Node, *, as_of: dt.date, denominator: Denominator, scope: Scope, cut: Cut = WHOLE
) -> CompanyQuerySet:
    """The companies of ``node`` that are effectively covered on ``as_of``."""
    companies = Point(node, denominator, as_of, cut).companies(scope)
    return companies.covered_by_one_of(effective_organizations(as_of, _coverers(node, companies)), as_of)


def effective_at(
    points: Sequence[Point], scope: Scope, book: LimitBook | None = None, met_at: MetAt | None = None
) -> list[Counted]:
    """The coverage at each of ``points`` and how many companies are effectively covered there, in one query for all.

    None instead of the second number when nothing had been recorded yet by that day: then nobody can know. ``met_at``
    is ``figures.met.met_at``, which spares reading all meetings.
    """
    book = book or LimitBook()
    parts = [_grouped(point, number, scope, book, met_at) for number, point in enumerate(points)]
    counts: list[Counter[str]] = [Counter() for _point in points]
    known: list[set[bool]] = [set() for _point in points]
    for part, state, is_effective, is_recorded, number in parts[0].union(*parts[1:], all=True):
        counts[part][CoverageState(state).value] += number
        counts[part]["effective"] += number if is_effective else 0
        known[part].add(bool(is_recorded))
    return [
        (
            CompanyCoverage(**{state.value: found[state.value] for state in CoverageState}),
            None if records == {False} else found["effective"],
        )
        for found, records in zip(counts, known, strict=True)
    ]


def _coverers(node: Node, companies: CompanyQuerySet) -> list[int] | None:
    """The keys of the organisations that may cover the few companies of a branch; None where there are many."""
    if not (isinstance(node, Organization) and node.is_branch):
        return None
    links = CoverageLink.objects.filter(company__in=companies.order_by().values("pk"), organization__isnull=False)
    return list(links.order_by().values_list("organization", flat=True).distinct())


def _grouped(point: Point, part: int, scope: Scope, book: LimitBook, met_at: MetAt | None) -> Any:
    day, companies = point.as_of, point.companies(scope, book)
    recorded = Activity.objects.filter(state__in=COUNTED_STATES, held_on__lte=day)
    stated = companies.with_coverage_state(day)
    if kept := met_at and met_at(point, book):
        is_met, marked = kept
        stated = stated.annotate(effective=flag(is_met | Q(IsGiven(marked))))
    else:
        effective = effective_organizations(day, _coverers(point.node, companies))
        stated = stated.with_covered_by_one_of(effective, day, "effective")
    rows = stated.annotate(part=Value(part), recorded=Exists(recorded))
    keys = rows.order_by().values_list("part", "coverage_state", "effective", "recorded")
    return keys.annotate(number=Count("pk"))
