"""What a report is written from: frozen coverage of the day and of the days to compare with, duties, lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Count, FilteredRelation, Q, Sum
from django.utils.translation import gettext as _

from parkparty.activities.models import Activity
from parkparty.activities.querysets import ActivityQuerySet
from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink
from parkparty.core.dates import Period, add_months, month_of, period_before, same_period_last_year
from parkparty.core.models import valid_on
from parkparty.core.paths import ancestors
from parkparty.core.reading import Begin
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node, Point
from parkparty.coverage.figures.changes import Comparison, Waterfall, waterfalls
from parkparty.coverage.figures.frozen import code_of, keys_in
from parkparty.coverage.figures.kept import activities_by_month
from parkparty.coverage.models import CoverageSnapshot
from parkparty.organizations.choices import BRANCH_TYPES
from parkparty.organizations.models import MemberCount, Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.reports.choices import LISTED, ROWS_IN_PART, ReportKind, period_label
from parkparty.rules.figures import Facts, Hint, Tally, judging_book, tally
from parkparty.rules.figures import hints as hints_of

EVERYTHING = Scope.everything()
"""A report tells of all of its node; whoever may not see all of it gets none of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is about, and what people add to it."""

    node: Node
    period: Period
    as_of: dt.date
    measures: str = ""
    gaps: tuple[str, ...] = ()
    late: int = 0


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier day to compare with: what was frozen then, if anything, and why coverage changed since."""

    period: Period
    snapshot: CoverageSnapshot | None
    waterfall: Waterfall


@dataclass(frozen=True, slots=True)
class Judged:
    """Full and probationary members of the branches of a day, and all that the rules have to say of organisations."""

    members: tuple[int, int]
    hints: Sequence[tuple[Standing, Hint]]


@dataclass(frozen=True, slots=True)
class Beside:
    """What a report of coverage tells beside its snapshots."""

    before: Sequence[Before]
    judged: Judged
    by_type: Sequence[tuple[str, int, int]]
    owed: Tally
    held: int
    founded: int


def beside(asked: Asked, denominator: Denominator, begin: Begin) -> Callable[[], Beside]:
    """Begin to read all that a report of coverage tells beside its snapshots, what takes longest first.

    ``denominator`` is that of its comparisons.
    """
    node, period, as_of = asked.node, asked.period, asked.as_of
    begun: dict[str, Callable[[], Any]] = {
        "owed": begin(lambda: duties_of(node, period, as_of)),
        "before": begin(lambda: before(node, earlier(period), as_of=as_of, denominator=denominator)),
        "judged": begin(lambda: judged(node, as_of)),
        "by_type": begin(lambda: by_type(activities_of(node, period, as_of))),
        "held": begin(lambda: held_in(node, period, as_of)),
        "founded": begin(lambda: founded_in(node, period, as_of)),
    }
    return lambda: Beside(**{name: read() for name, read in reversed(begun.items())})


def cover(asked: Asked, *further: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """What stands on the first page: the unit, the period, the day, what is missing and what came late."""
    lines = [
        (_("单位"), str(asked.node)),
        (_("报告期"), period_label(asked.period)),
        (_("截至"), asked.as_of.isoformat()),
        *further,
    ]
    if asked.gaps:
        lines.append((_("未上报完的下级"), _("、").join(asked.gaps)))
    if asked.late:
        lines.append((_("截止后补报"), _("%(number)d 条活动记录") % {"number": asked.late}))
    return tuple(lines)


def about(asked: Asked, kind: ReportKind) -> tuple[tuple[str, str], ...]:
    """What a report is about, by codes, in the order of the keys."""
    told = {
        "report": kind.value,
        "unit_kind": str(asked.node._meta.model_name),
        "unit_code": code_of(asked.node),
        "unit": str(asked.node),
        "period": asked.period.name,
        "since": asked.period.since.isoformat(),
        "until": asked.period.until.isoformat(),
        "as_of": asked.as_of.isoformat(),
    }
    return tuple(sorted(told.items()))


def earlier(period: Period) -> list[Period]:
    """The period before, and the same one last year, which for a year is the same."""
    return list(dict.fromkeys((period_before(period), same_period_last_year(period))))


def before(node: Node, periods: Sequence[Period], *, as_of: dt.date, denominator: Denominator) -> list[Before]:
    """What stood at the end of each of ``periods``, and every change from then to ``as_of``."""
    comparisons = [Comparison(node, period.last_day, as_of, denominator, denominator) for period in periods]
    taken = CoverageSnapshot.objects.of(node).filter(denominator=denominator).order_by("-pk")
    return [
        Before(period, taken.filter(as_of=period.last_day).first(), found)
        for period, found in zip(periods, waterfalls(comparisons, EVERYTHING), strict=True)
    ]


def organizations_of(node: Node) -> OrganizationQuerySet:
    """The organisations in a place, or an organisation with all below it."""
    rows: OrganizationQuerySet = Organization.objects.within(EVERYTHING)
    return rows.under(node) if isinstance(node, Organization) else rows.located_in(node)


def activities_of(node: Node, period: Period, as_of: dt.date) -> ActivityQuerySet:
    """What organisations of ``node`` held in ``period`` up to ``as_of``, whatever became of the record."""
    rows: ActivityQuerySet = Activity.objects.all()
    placed = rows.hosted_under(node) if isinstance(node, Organization) else rows.located_in(node)
    return placed.filter(held_on__gte=period.since, held_on__lte=as_of)


def duties_of(node: Node, period: Period, as_of: dt.date) -> Tally:
    """What was owed in ``period`` up to ``as_of``: by months, and by quarters and years as far as they are over.

    While ``period`` still runs, what is owed by quarter and year counts as well.
    """
    return tally(organizations_of(node), period.since, as_of, ends=as_of == period.last_day, most=LISTED)


class Standing(NamedTuple):
    """What reports say of an organisation."""

    path: str
    code: str
    name: str
    approved_on: dt.date
    term_since: dt.date | None
    term_until: dt.date | None
    type_then: str
    full_members: int
    probationary_members: int
    units: int


OF_ITSELF = Standing._fields[: Standing._fields.index("type_then")]


def standing(node: Node, as_of: dt.date, *, is_streamed: bool = False) -> Iterator[Standing]:
    """Organisations that stood on ``as_of``, in tree order.

    In three queries: the member counts and the units of all are read at once. The organisations are so, too, which
    PostgreSQL does with several workers, unless they are ``is_streamed``: then few are in memory at a time.
    """
    rows = organizations_of(node).active_on(as_of)
    of = {"organization__in": rows.order_by().values("pk")} if ancestors(node.path) else {}
    counts = MemberCount.objects.last_on(as_of).filter(**of).order_by()
    members = {row[0]: row[1:] for row in counts.values_list("organization", "full", "probationary")}
    links: Any = CoverageLink.objects.covering_many(as_of).filter(**of)
    units = dict(links.order_by().values_list("organization").annotate(number=Count("company", distinct=True)))
    then = FilteredRelation("spans", condition=valid_on(as_of, "spans__"))
    dressed = rows.annotate(span_then=then).order_by("path", "span_then__since")
    found = dressed.values_list("pk", *OF_ITSELF, "span_then__type")
    last = None
    for pk, *values in found.iterator(ROWS_IN_PART) if is_streamed else found:
        if pk != last:  # of two types at a time, the first is told
            yield Standing._make((*values, *members.get(pk, (0, 0)), units.get(pk, 0)))
        last = pk


def judged(node: Node, as_of: dt.date) -> Judged:
    """The organisations that stood on ``as_of``, summed up and judged."""
    found = list(standing(node, as_of))
    return Judged(member_counts(found), list(hinted(found, as_of)))


def hinted(organizations: Iterable[Standing], as_of: dt.date) -> Iterator[tuple[Standing, Hint]]:
    """Rows of ``standing``, each with every hint about it; those of which the same is known are judged once."""
    book = judging_book()
    judged: dict[tuple[Any, ...], list[Hint]] = {}
    for one in organizations:
        path, members = book.region(one.path), (one.full_members, one.probationary_members)
        told = (path, one.type_then, *members, one.units, one.term_since, one.term_until)
        if told not in judged:
            judged[told] = hints_of(_rule_facts(one, path), as_of, book)
        for hint in judged[told]:
            yield one, hint


def _rule_facts(organization: Standing, path: str) -> Facts:
    """As the rules look at an organisation; units that could have a branch of their own are told as 应建未建."""
    return Facts(
        type=organization.type_then,
        path=path,
        full=organization.full_members,
        probationary=organization.probationary_members,
        units=organization.units,
        term_since=organization.term_since,
        term_until=organization.term_until,
    )


def uncovered(node: Node, *, as_of: dt.date, denominator: Denominator) -> Any:
    """The companies that no organisation covers, those with most full members first."""
    rows: Any = Point(node, denominator, as_of).companies(EVERYTHING)
    found = rows.covered(CoverageChoice.UNCOVERED, as_of).for_list(as_of)
    return found.order_by("-full_members", "name", "pk")


def first_uncovered(snapshot: CoverageSnapshot, most: int) -> list[Any]:
    """The first ``most`` companies that ``snapshot`` counts as uncovered, in the order of ``uncovered``.

    Names are asked of those alone that have as few members as the last of them: of others, all are meant or none.
    """
    keys, day = set(keys_in(snapshot, CoverageChoice.UNCOVERED)), snapshot.as_of
    members = {key: full for key, full in _last_counts(keys, day).items() if full and key in keys}
    fewest = nlargest(most, members.values())[-1] if len(members) >= most else 0
    more = [key for key, full in members.items() if full > fewest]
    level = {key for key, full in members.items() if full == fewest} if fewest else keys - members.keys()
    found: Any = Company.objects.filter(pk__in=[*more, *_first_by_name(level, most - len(more))])
    return list(found.for_list(day).order_by("-full_members", "name", "pk"))


def _last_counts(companies: Collection[int], day: dt.date) -> dict[int, int]:
    """Full members of ``companies``, and of others where they are many, by their last counts on or before ``day``."""
    counts = CompanyMemberCount.objects.filter(as_of__lte=day)
    asked = counts.filter(company__in=companies) if len(companies) <= ROWS_IN_PART else counts
    return dict(asked.order_by("as_of").values_list("company", "full"))


def _first_by_name(companies: Collection[int], most: int) -> list[int]:
    """The first ``most`` of ``companies``; where they are many, all names are walked along until enough are found."""
    if len(companies) <= ROWS_IN_PART:
        return list(Company.objects.filter(pk__in=companies).order_by("name", "pk").values_list("pk", flat=True)[:most])
    along = Company.objects.order_by("name", "pk").values_list("pk", flat=True).iterator(ROWS_IN_PART)
    return list(islice((key for key in along if key in companies), most))


def member_counts(organizations: Sequence[Any]) -> tuple[int, int]:
    """Full and probationary members of the branches among ``organizations``, by their last counts."""
    branches = [organization for organization in organizations if organization.type_then in BRANCH_TYPES]
    return sum(b.full_members for b in branches), sum(b.probationary_members for b in branches)


def by_type(activities: ActivityQuerySet) -> list[tuple[str, int, int]]:
    """Counted activities by type: name, number, participants. One that counts for two types stands in both."""
    rows = activities.counted().order_by().values("types__order", "types__name")
    found = rows.annotate(number=Count("pk"), people=Sum("present")).order_by("types__order", "types__name")
    return [(row["types__name"] or "", row["number"], row["people"] or 0) for row in found]


def held_in(node: Node, period: Period, as_of: dt.date) -> int:
    """Counted activities of ``period`` up to ``as_of``, which is in it; from kept counts where there are any."""
    first, months = period.since, [month_of(period.since)]
    while months[-1].until <= as_of:
        months.append(month_of(add_months(first, len(months))))
    return sum(activities_by_month(node, months, as_of, EVERYTHING))


def founded_in(node: Node, period: Period, as_of: dt.date) -> int:
    """Organisations approved in ``period`` up to ``as_of``."""
    return organizations_of(node).filter(Q(approved_on__gte=period.since, approved_on__lte=as_of)).count()
