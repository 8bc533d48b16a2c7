"""Why did it change: every company's difference between two days or definitions, put down to causes that sum exactly.

Facts come first, under the first definition, from the first day to the second; then the definition changes on the
second day. So a company enters, leaves or changes its coverage once, and enters or leaves once more by the definition.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Case, Count, Func, OuterRef, Q, Subquery

from parkparty.companies.choices import CompanyStatus, CoverageState, Denominator
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Membership, Tenancy
from parkparty.core import paths
from parkparty.core.rates import Rate
from parkparty.core.scope import Scope
from parkparty.core.written import IsGiven, flag
from parkparty.coverage.choices import Cause
from parkparty.coverage.figures.branches import is_of_branch
from parkparty.coverage.figures.coverage import CompanyCoverage, Node, Point
from parkparty.coverage.figures.history import NOT_YET, Standing, standings_on
from parkparty.coverage.figures.marks import holds, marked_companies
from parkparty.coverage.figures.totals import coverage_at, is_kept
from parkparty.coverage.models import CompanyHistory, CompanySpell
from parkparty.organizations.models import Organization, OrganizationSpan
from parkparty.rules.figures import LimitBook

OWN, JOINT = (CoverageState.OWN,), (CoverageState.JOINT,)
COVERED = OWN + JOINT
UNCOVERED = (CoverageState.WORK_ONLY, CoverageState.NONE)
YES, NO = (True,), (False,)

FLAGS = ("counted", "still_counted", "counted_then", "state", "state_then", "here", "here_then", "gone", "founded")
"""What is asked of each company: counted on the first day, on the second by the first definition, and by the second;
its coverage on both days; whether it sat there on both days; whether it was deregistered, or founded, in between."""

CAUSES: Mapping[Cause, Mapping[str, tuple[Any, ...]]] = {
    Cause.BUILT: {"counted": YES, "still_counted": YES, "state": UNCOVERED, "state_then": OWN},
    Cause.JOINED: {"counted": YES, "still_counted": YES, "state": UNCOVERED, "state_then": JOINT},
    Cause.ENDED: {"counted": YES, "still_counted": YES, "state": COVERED, "state_then": UNCOVERED},
    Cause.FOUNDED: {"counted": NO, "still_counted": YES, "founded": YES},
    Cause.MOVED_IN: {"counted": NO, "still_counted": YES, "founded": NO, "here": NO},
    Cause.QUALIFIED: {"counted": NO, "still_counted": YES, "founded": NO, "here": YES},
    Cause.DEREGISTERED: {"counted": YES, "still_counted": NO, "gone": YES},
    Cause.MOVED_OUT: {"counted": YES, "still_counted": NO, "gone": NO, "here_then": NO},
    Cause.UNQUALIFIED: {"counted": YES, "still_counted": NO, "gone": NO, "here_then": YES},
    Cause.DEFINITION_IN: {"still_counted": NO, "counted_then": YES},
    Cause.DEFINITION_OUT: {"still_counted": YES, "counted_then": NO},
}
"""What must hold of a company for each cause. Those of one step exclude each other."""

LEAVING = (Cause.MOVED_OUT, Cause.DEREGISTERED, Cause.UNQUALIFIED, Cause.DEFINITION_OUT)
ENTERING = (Cause.FOUNDED, Cause.MOVED_IN, Cause.QUALIFIED, Cause.DEFINITION_IN)
BORDERS = ENTERING + LEAVING
"""Causes that change who is counted; the others change only how a company is covered."""


MARKS_ASKED = 200
"""More marked companies than this, and all that moved are asked by the facts."""

Way = tuple[tuple[tuple[bool, str, bool], ...], tuple[bool, ...], bool]
"""What became of a company: whether it counted, how it was covered and whether it sat there, on each day; whether it
was founded since each; whether it is gone.
"""

MOVED = Func(template="(SELECT company FROM moved)", output_field=BigIntegerField())
"""The companies that moved, in a statement that begins ``WITH moved (company) AS …``."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two points between which a node's coverage is compared; the first day is not after the second."""

    node: Node
    since: dt.date
    until: dt.date
    denominator: Denominator
    then: Denominator


@dataclass(frozen=True, slots=True)
class Step:
    """One cause with its companies: how it moves the number of covered companies and of all companies."""

    cause: Cause
    covered: int
    companies: int
    concerned: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """From one coverage to another. ``start`` and the steps add up to ``end``, numerators and denominators alike."""

    before: CompanyCoverage
    steps: tuple[Step, ...]
    after: CompanyCoverage

    @property
    def start(self) -> Rate:
        """The rate on the first day."""
        return self.before.organization_rate

    @property
    def end(self) -> Rate:
        """The rate on the second day."""
        return self.after.organization_rate


def waterfall(comparison: Comparison, scope: Scope) -> Waterfall:
    """The steps between the two points of ``comparison``."""
    return waterfalls([comparison], scope)[0]


def waterfalls(comparisons: Sequence[Comparison], scope: Scope) -> list[Waterfall]:
    """The steps of each of ``comparisons``, which differ in their first day alone; ends as ``totals.coverage_at``.

    Where the definition stays, only companies of which a fact began or ended in between are looked at, and their kept
    histories tell what became of them, read once for all days.
    """
    book = LimitBook()
    points = [
        (Point(one.node, one.denominator, one.since), Point(one.node, one.then, one.until)) for one in comparisons
    ]
    ends = iter(coverage_at([point for both in points for point in both], scope, book))
    steady = [one for one in comparisons if _is_steady(one, book)]
    marked = marked_companies(MARKS_ASKED) if steady and is_kept(points[0][0], scope) else None
    kept = {} if marked is None else dict(zip(steady, _kept_rows(steady, marked, scope), strict=True))
    found = []
    for one in comparisons:
        asked = _moved_rows if one in steady and not is_of_branch(points[0][0]) else _all_rows
        rows = kept[one] if one in kept else asked(one, scope)
        flags = [(dict(zip(FLAGS, row[:-1], strict=True)), row[-1]) for row in rows]
        steps = tuple(_step(cause, flags) for cause in Cause)
        found.append(Waterfall(next(ends), steps, next(ends)))
    return found


def _is_steady(comparison: Comparison, book: LimitBook) -> bool:
    """Whether the definition stays: then only who moved changes anything."""
    points = (comparison.denominator, comparison.since), (comparison.then, comparison.until)
    return len({(denominator, book.of(denominator, day)) for denominator, day in points}) == 1


def _grouped(rows: Any) -> Any:
    return rows.order_by().values_list(*FLAGS).annotate(number=Count("pk"))


def _all_rows(comparison: Comparison, scope: Scope) -> list[tuple[Any, ...]]:
    """How many companies have which ``FLAGS``."""
    return list(_grouped(compared(comparison, scope)))


def _moved_rows(comparison: Comparison, scope: Scope) -> list[tuple[Any, ...]]:
    """The same of companies that moved; which moved is asked once for all the conditions."""
    return _of_moved(_grouped(compared(comparison, scope, among=Q(pk__in=MOVED))), comparison)


def _kept_rows(comparisons: Sequence[Comparison], marked: set[int], scope: Scope) -> list[list[tuple[Any, ...]]]:
    """The same for each of ``comparisons`` by the kept histories, and by the facts for the companies ``marked``.

    Who moved since the earliest day only is found to stand as before by the others, which is no cause of theirs.
    """
    found = Counter(way for _pk, way in _ways(comparisons, marked, scope))
    by_facts = (_grouped(compared(one, scope, among=Q(pk__in=marked))) if marked else () for one in comparisons)
    return [[*_flags(found, number), *others] for number, others in enumerate(by_facts)]


def _ways(comparisons: Sequence[Comparison], marked: set[int], scope: Scope) -> Iterator[tuple[int, Way]]:
    """Each company that moved, that the reader sees and that is not ``marked``, with what became of it."""
    node, denominator, until = comparisons[0].node, comparisons[0].denominator, comparisons[0].until
    path = node.path

    @cache  # so many companies, so few ways to stand
    def told(standing: Standing) -> tuple[bool, str, bool]:
        return standing.counts_in(path, denominator), standing.state, standing.is_in(path)

    days = [day.isoformat() for day in (*(one.since for one in comparisons), until)]
    history = CompanyHistory.objects.filter(company_id=OuterRef("pk")).values("text")
    since = min(one.since for one in comparisons)
    moved = _moved_in(path, since, until) if holds("told") else _moved(since, until)
    seen: Any = Point(node, denominator, until).seen(scope).filter(pk__in=moved)
    asked = seen.exclude(pk__in=marked).annotate(history=Subquery(history), gone=_gone(until)).order_by()
    for pk, text, gone, founded_on in asked.values_list("pk", "history", "gone", "founded_on"):
        stood = tuple(map(told, standings_on(text, days))) if text else (told(NOT_YET),) * len(days)
        founded = tuple([founded_on is not None and one.since < founded_on <= until for one in comparisons])
        yield pk, (stood, founded, bool(gone))


def _flags(found: Mapping[Way, int], number: int) -> Iterator[tuple[Any, ...]]:
    """The ``FLAGS`` of companies that were counted on the day of this ``number`` or on the last one."""
    for (stood, founded, gone), companies in found.items():
        (counted, state, here), (still, state_then, here_then) = stood[number], stood[-1]
        if counted or still:
            yield counted, still, still, state, state_then, here, here_then, gone, founded[number], companies


def _of_moved(query: Any, comparison: Comparison) -> list[tuple[Any, ...]]:
    """The rows of a query that asks for ``MOVED``."""
    rows, of_rows = query.query.sql_with_params()
    moved, of_moved = _moved(comparison.since, comparison.until).query.sql_with_params()
    with connection.cursor() as cursor:
        # Both are queries of the ORM.
        cursor.execute(f"WITH moved (company) AS MATERIALIZED ({moved}) {rows}", [*of_moved, *of_rows])  # nosec B608
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _moved_in(path: str, since: dt.date, until: dt.date) -> Any:
    """The same by what is kept, of companies of the node at ``path``: those that began or ceased to be one in a way."""
    spells = CompanySpell.objects.filter(paths.under("path", path)).order_by().values_list("company_id")
    began = spells.filter(_between("since", since, until), until__isnull=True)
    # Each in the order of an index; an ended one that began since ended since.
    ended = spells.filter(Q(since__gt=since) | Q(until__lte=until), until__isnull=False, until__gt=since)
    return began.union(ended)


def _moved(since: dt.date, until: dt.date) -> Any:
    """The keys of companies of which a fact that coverage or a denominator rests on began or ended in between."""
    dated = _between("since", since, until) | _between("until", since, until)
    units = OrganizationSpan.objects.filter(dated).values("organization")
    of_units = (_between(f"organization__{name}", since, until) for name in ("approved_on", "dissolved_on"))
    linked = reduce(or_, of_units, dated | Q(organization__in=units))
    parts = (
        Company.objects.filter(_between("status_since", since, until)).values_list("pk"),
        Tenancy.objects.filter(dated).values_list("company"),
        CoverageLink.objects.filter(linked).values_list("company"),
        Membership.objects.filter(dated).values_list("company"),
        CompanyMemberCount.objects.filter(_between("as_of", since, until)).values_list("company"),
    )
    first, *others = (part.order_by() for part in parts)
    return first.union(*others)


def _between(name: str, since: dt.date, until: dt.date) -> Q:
    return Q(**{f"{name}__gt": since, f"{name}__lte": until})


def compared(comparison: Comparison, scope: Scope, *, among: Q | None = None) -> Any:
    """The companies counted at one of the points, or those of them that ``among`` keeps, with ``FLAGS``."""
    node, since, until = comparison.node, comparison.since, comparison.until
    first, limits = comparison.denominator, LimitBook()
    point = Point(node, first, since)
    if is_of_branch(point):  # few, of which all others need not be asked
        ours = paths.under("organization__path", node.path)
        ties = (facts.objects.filter(ours).order_by() for facts in (CoverageLink, Membership))
        among = Q(IsGiven({company for tied in ties for company in tied.values_list("company", flat=True)}))
    companies: Any = point.seen(scope).filter(among or Q())
    counted = companies.population(node, first, since, limits.of(first, since))
    still_counted = companies.population(node, first, until, limits.of(first, until))
    counted_then = companies.population(node, comparison.then, until, limits.of(comparison.then, until))
    return (
        companies.filter(_among(counted) | _among(still_counted) | _among(counted_then))
        .with_coverage_state(since, "state")
        .with_coverage_state(until, "state_then")
        .annotate(
            counted=flag(_among(counted)),
            still_counted=flag(_among(still_counted)),
            counted_then=flag(_among(counted_then)),
            here=flag(_among(_sitting(companies, node, since))),
            here_then=flag(_among(_sitting(companies, node, until))),
            **_fates(comparison),
        )
    )


def _fates(comparison: Comparison) -> dict[str, Case]:
    """Whether a company was deregistered by the second day, and whether it was founded in between."""
    return {
        "gone": _gone(comparison.until),
        "founded": flag(Q(founded_on__gt=comparison.since, founded_on__lte=comparison.until)),
    }


def _gone(day: dt.date) -> Case:
    """Whether a company was deregistered by ``day``."""
    return flag(Q(status=CompanyStatus.DEREGISTERED, status_since__lte=day))


def companies_behind(comparison: Comparison, cause: Cause, scope: Scope, *, covered_only: bool = False) -> Any:
    """The companies of one step, or those of them that move the numerator; by the kept histories where these tell."""
    point = Point(comparison.node, comparison.denominator, comparison.since)
    is_told = is_kept(point, scope) and _is_steady(comparison, LimitBook())
    marked = marked_companies(MARKS_ASKED) if is_told else None
    if marked is None:
        return _behind(compared(comparison, scope), cause, covered_only=covered_only)
    live = compared(comparison, scope, among=Q(pk__in=marked))
    found = {row.pk for row in _behind(live, cause, covered_only=covered_only).only("pk")} if marked else set()
    for pk, way in _ways([comparison], marked, scope):
        for row in _flags({way: 1}, 0):
            flags = dict(zip(FLAGS, row[:-1], strict=True))
            if _is_of(cause, flags) and (not covered_only or _moves_covered(cause, flags)):
                found.add(pk)
    return Company.objects.filter(IsGiven(found))


def _behind(rows: Any, cause: Cause, *, covered_only: bool) -> Any:
    rows = rows.filter(**{f"{flag}__in": values for flag, values in CAUSES[cause].items()})
    return rows.filter(**{f"{_counted_state(cause)}__in": COVERED}) if covered_only and cause in BORDERS else rows


def _is_of(cause: Cause, flags: Mapping[str, Any]) -> bool:
    return all(flags[name] in held for name, held in CAUSES[cause].items())


def _moves_covered(cause: Cause, flags: Mapping[str, Any]) -> bool:
    return cause not in BORDERS or flags[_counted_state(cause)] in COVERED


def _counted_state(cause: Cause) -> str:
    """The flag with the coverage that counts: who left by a fact is judged by the first day, others by the second."""
    return "state" if cause in LEAVING and cause != Cause.DEFINITION_OUT else "state_then"


def _sitting(companies: Any, node: Node, day: dt.date) -> Any:
    return companies.tied_to(node, day) if isinstance(node, Organization) else companies.located_in(node, day)


def _among(rows: Any) -> Q:
    return Q(pk__in=rows.order_by().values("pk"))


def _step(cause: Cause, rows: list[tuple[dict[str, Any], int]]) -> Step:
    concerned = [(flags, number) for flags, number in rows if _is_of(cause, flags)]
    whole = sum(number for _flags, number in concerned)
    covered = sum(number for flags, number in concerned if flags[_counted_state(cause)] in COVERED)
    if cause in ENTERING:
        return Step(cause, covered, whole, whole)
    if cause in LEAVING:
        return Step(cause, -covered, -whole, whole)
    return Step(cause, -whole if cause == Cause.ENDED else whole, 0, whole)
