"""Reads of activities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Count, Exists, F, Func, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from parkparty.access.choices import Role
from parkparty.activities.choices import COUNTED_STATES, FILED_STATES, UNCOUNTED_STATES, ActivityState
from parkparty.core import paths
from parkparty.core.models import rows_of
from parkparty.core.written import OfOuter, Written
from parkparty.organizations.models import Organization, is_whole
from parkparty.organizations.querysets import reached
from parkparty.places.models import Park

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Scope

T = TypeVar("T")
OWN = "{own}"
Own = tuple[str, tuple[Any, ...]]
"""SQL of the key of the first that an organisation leads, of those asked for, and its values."""

SHOWN = ("organization", "theme", "station", "park")
"""The relations that a row of a list may show."""

SEATS = ("park", "area")
"""Where an organisation may sit."""

FEW_LEADERS, MANY_LEADERS = 1_000, 6_000
"""Up to so few organisations of a node are asked for the first that each leads: more take longer than a walk along the
days, of which their list needs few steps. Up to so many below an organisation are read at once for such a walk.
"""
SOON, STEPS = 1_000, 10_000
"""A walk fills a page for certain where so soon it has met enough of theirs, or where enough of them met within so many
steps.
"""
NEAREST = 100
"""So many organisations, those that met last, are asked before others, or before a walk: mostly theirs fill a page."""


MET_UNDER = (
    "SELECT organization_id, {day} AS day FROM activities_leader WHERE first_on IS NOT NULL AND path BETWEEN %s AND %s"
)
MET_IN, MET_AT = (
    "SELECT organization_id, {day} AS day FROM activities_leader "  # nosec B608
    f"JOIN places_{seat} seat ON seat.id = {seat}_id WHERE first_on IS NOT NULL AND seat.path BETWEEN %s AND %s"
    for seat in SEATS
)
MET_THERE = f"{MET_IN} UNION ALL {MET_AT}"  # asked for by park or area at once, PostgreSQL reads all
MARKED = (
    " UNION ALL SELECT leader.organization_id, mark.held_on FROM activities_leadermark mark "
    "JOIN activities_leader leader ON leader.organization_id = mark.leader_id WHERE {there}"
)
"""Days of which leaders are still to be told."""
FIRSTS = """
WITH met AS ({met} LIMIT {most}), known AS (SELECT COUNT(*) AS number FROM met), near AS (
    SELECT * FROM met WHERE day IS NOT NULL AND (SELECT number FROM known) <= {few} ORDER BY day {way} LIMIT {asked}
)
SELECT known.number, CASE WHEN known.number <= {few} THEN 0 WHEN known.number < {most} THEN (
    SELECT COUNT(*) FROM met WHERE day {to} COALESCE(
        (SELECT held_on FROM activities_activity ORDER BY {order} LIMIT 1 OFFSET {steps}), day
    )
) ELSE (SELECT COUNT(*) FROM (
    SELECT 1 AS one FROM (SELECT organization_id FROM activities_activity ORDER BY {order} LIMIT {soon}) held
    WHERE (
        SELECT 1 FROM activities_leader leader WHERE leader.organization_id = held.organization_id AND {there}
    ) IS NOT NULL LIMIT {number}
) theirs) END, CASE WHEN known.number > {asked} THEN (SELECT {last}(day) FROM near) END,
firsts.organization_id, firsts.held_on FROM known LEFT JOIN (
    SELECT organization_id, held_on FROM activities_activity
    WHERE id IN (SELECT ({own}) FROM near met)
    ORDER BY {order} LIMIT {number}
) firsts ON 1 = 1
"""
"""One query, whose ``LIMIT`` has PostgreSQL ask each once. ``own`` is the key of the first that one leads; where not
all are ``asked``, the last day of those that are is told. Of many it is told how many held something within so many
``steps``; of more than are read, which may be any, how many of the first of all activities are theirs.
"""
STANDS_THERE = "leader.path BETWEEN %s AND %s"
SITS_THERE = "({})".format(
    " OR ".join(
        f"leader.{seat}_id IN (SELECT id FROM places_{seat} WHERE path BETWEEN %s AND %s)"  # nosec B608
        for seat in SEATS
    )
)
OF_NEAREST = """
WITH met AS (SELECT * FROM ({met}) each WHERE day IS NOT NULL ORDER BY day {way} LIMIT {nearest})
SELECT met.organization_id, met.day, firsts.held_on, firsts.id FROM met LEFT JOIN (
    SELECT organization_id, held_on, id FROM activities_activity WHERE id IN (SELECT ({own}) FROM met)
) firsts ON firsts.organization_id = met.organization_id ORDER BY met.day {way}
"""
"""Those that may have held something first, to which day, and the first that each leads."""


class ActivityQuerySet(models.QuerySet):
    """Activities from draft to archived."""

    def within(self, scope: Scope, *, cut_to: TreeNode | None = None) -> Self:
        """Activities that an organisation in reach hosts; drafts only for those who write for that organisation.

        What is told by the row itself stands first: only of the others are all hosts looked up. ``cut_to`` is a place
        to which the caller cuts the rows by where their main hosts sit, or an organisation under which they are hosted:
        who holds all of it, or reaches that branch, reaches these hosts, and nobody asks who else held each activity.
        """
        mine = scope.q("organizations", "organization__path", (Role.SECRETARY,))
        shown = ~Q(state=ActivityState.DRAFT) | mine
        if cut_to and (is_whole(cut_to, scope) or _is_reached_branch(cut_to, scope)):
            return self.filter(shown)
        led = scope.q("places", "park__path") | scope.q("organizations", "organization__path")
        return self.filter((led | Q(_is_hosted_in(self.model, scope))) & shown)

    def reviewable(self, scope: Scope) -> Self:
        """Submitted records that the reader is to judge: of units below theirs, never their own."""
        roles = (Role.REVIEWER,)
        own_nodes = Q(organization__path__in=scope.paths("organizations", roles))
        below = scope.q("organizations", "organization__path", roles) & ~own_nodes
        there = scope.q("places", "organization__park__path", roles) | scope.q(
            "places", "organization__area__path", roles
        )
        return self.filter(below | there, state=ActivityState.SUBMITTED).exclude(author_id=scope.user_id)

    def flagged(self) -> Self:
        """Sent with something that a reviewer should look at twice."""
        return self.exclude(flags="")

    def regular(self) -> Self:
        """Sent without anything that calls for a second look."""
        return self.filter(flags="")

    def writable(self, scope: Scope) -> Self:
        """Records of organisations for which the reader is secretary."""
        return self.filter(scope.q("organizations", "organization__path", (Role.SECRETARY,)))

    def hosted_under(self, node: TreeNode) -> Self:
        """Activities hosted by ``node`` or anything below it in the party tree; nothing is below a branch."""
        if isinstance(node, Organization) and node.is_branch:
            return self.filter(pk__in=rows_of(self.model, "host_rows").filter(organization=node).values("activity"))
        hosts = rows_of(self.model, "host_rows").filter(paths.under("organization__path", node.path))
        return self.filter(Exists(hosts.filter(activity=OuterRef("pk"))))

    def located_in(self, place: TreeNode) -> Self:
        """Activities whose main host sits in ``place``."""
        return self.filter(
            paths.under("organization__park__path", place.path) | paths.under("organization__area__path", place.path)
        )

    def newest_of(self, node: TreeNode, number: int) -> Self:
        """``located_in`` or ``hosted_under`` for the first ``number`` of a list by day, and perhaps some more.

        Each organisation of ``node`` that ever met is asked for the first that it leads, those that met last before
        the others. The first ``number`` of these stand before all that others lead, and before what lies behind the
        last of them. Where organisations are many, each activity on a walk along the days is asked whose it is: some of
        theirs come soon, unless they stopped.
        """
        if isinstance(node, Organization) and node.is_branch:
            return self.hosted_under(node)
        each = Func(template="met.organization_id", output_field=models.BigIntegerField())
        try:
            own = self.filter(organization=each).values("pk")[:1].query.sql_with_params()
        except EmptyResultSet:
            return self.none()
        known, near, rest, found = self._firsts(node, number, own, NEAREST)
        if rest and not self._lie_before(found, number, rest):
            found = self._firsts(node, number, own, FEW_LEADERS)[-1]
        if not known:
            return self.none()
        if known > FEW_LEADERS:
            return self.walked(node, known) if near >= number else self._of_far(node, number, known, own)
        end, first = self._end_of(found, number), [organization for _day, organization in found]
        if not isinstance(node, Organization):
            return self.filter(organization__in=first, **self._since(found[0][0]), **end) if found else self.none()
        return self._led_or_joined(first, self._leaders_under(node), end)

    def _of_far(self, node: TreeNode, number: int, known: int, own: Own) -> Self:
        """``newest_of`` where most organisations of ``node`` stopped, or few of them meet.

        Those that met last are each asked for the first that they lead. What others hold does not lie before the day
        when the last of these met: there a walk begins, and ends where the asked ones alone fill the page.
        """
        rows = self._asked(OF_NEAREST, node, own, nearest=NEAREST)
        if not rows:
            return self.none()
        # Once each: a marked one may be met twice.
        firsts = self._in_order({(str(day), key, leader) for leader, _last, day, key in rows if key})[:number]
        end, leaders = self._end_of(firsts, number), [leader for *_first, leader in firsts]
        others, rest = [], rows[-1][1]
        if not self._lie_before(firsts, number, rest):
            # Its first rows are asked for here: beside others PostgreSQL would begin at the list's own end.
            walk = self.filter(**self._since(rest), **end).walked(node, known)
            others = list(walk.values_list("held_on", "pk", "organization")[:number])
        if isinstance(node, Organization):
            return self._led_or_joined(leaders, [row[0] for row in rows], end, [key for _day, key, _leader in others])
        days = self._in_order(str(day) for day, *_rest in [*firsts, *others])
        leaders += [leader for *_row, leader in others]
        return self.filter(organization__in=leaders, **self._since(days[0]), **end) if days else self.none()

    def _led_or_joined(self, leaders: Any, joining: Any, end: dict[str, Any], keys: Sequence[int] = ()) -> Self:
        """What ``leaders`` lead and those ``joining`` hold jointly, to the ``end``; and the rows of ``keys``."""
        every = self.model._default_manager.order_by()
        led = every.filter(organization__in=leaders, **end).values("pk")
        joint = rows_of(self.model, "joint_hosts").filter(organization__in=joining, **end).values("activity")
        return self.filter(pk__in=led.union(joint, every.filter(pk__in=keys).values("pk"), all=True))

    def _firsts(self, node: TreeNode, number: int, own: Own, most_asked: int) -> tuple[int, int, Any, list[Any]]:
        """How many organisations of ``node`` ever met; of many how many soon, of few the first days and who leads.

        Before those days, the last day of ``most_asked`` organisations, where not all were asked.
        """
        most = 1 + (MANY_LEADERS if isinstance(node, Organization) else FEW_LEADERS)
        limits = {"most": most, "few": FEW_LEADERS, "asked": most_asked, "soon": SOON, "steps": STEPS}
        rows = self._asked(FIRSTS, node, own, number=number, **limits)
        found = self._in_order((day, organization) for *_told, organization, day in rows if organization)
        return *rows[0][:3], found

    def _asked(self, sql: str, node: TreeNode, own: Own, **numbers: int) -> list[Any]:
        """What ``sql`` finds of organisations of ``node`` and the first that each leads."""
        # No area lies in a park.
        met = MET_UNDER if isinstance(node, Organization) else MET_IN if isinstance(node, Park) else MET_THERE
        there = STANDS_THERE if isinstance(node, Organization) else SITS_THERE
        falling, rising = ("last_on", ">=", "DESC", "MIN"), ("first_on", "<=", "ASC", "MAX")
        day, to, way, last = falling if self._is_falling() else rising
        order = ", ".join(f"{name} {way}" for name in ("held_on", "id"))
        met = (met + MARKED).format(day=day, there=there)
        sql = sql.format(met=met, there=there, own=OWN, to=to, way=way, last=last, order=order, **numbers)
        first, values = own
        # All but what ``own`` asks for are the run of the node's paths.
        runs = [*paths.run(node.path)] * (sql.count("%s") // 2)
        with connections[self.db].cursor() as cursor:
            cursor.execute(sql.replace(OWN, first), [*runs, *values])
            rows: list[Any] = cursor.fetchall()
        return rows

    def _in_order(self, found: Iterable[T]) -> list[T]:
        return sorted(found, reverse=self._is_falling())  # type: ignore[type-var]

    def _since(self, day: Any) -> dict[str, Any]:
        """From ``day`` on in the order of these rows. Told so, PostgreSQL does not begin at the list's own end."""
        return {f"held_on__{'lte' if self._is_falling() else 'gte'}": day}

    def _end_of(self, firsts: list[Any], number: int) -> dict[str, Any]:
        """Not behind the day of the last of ``number`` rows in their order, if there are so many."""
        return {f"held_on__{'gte' if self._is_falling() else 'lte'}": firsts[-1][0]} if len(firsts) == number else {}

    def _lie_before(self, firsts: list[Any], number: int, rest: Any) -> bool:
        """Whether there are ``number`` rows, in their order, all of them before the day ``rest``."""
        return len(firsts) == number and self._in_order([str(firsts[-1][0]), str(rest)])[0] != str(rest)

    def _is_falling(self) -> bool:
        return str(self.query.order_by[0]).startswith("-")

    def walked(self, node: TreeNode, leaders: int = MANY_LEADERS + 1) -> Self:
        """``located_in`` or ``hosted_under`` for a list by day of which some come soon: each is asked by itself.

        Joined, PostgreSQL has several processes read on until all of them found a page. ``leaders`` tells how many
        organisations of ``node`` ever met.
        """
        if not isinstance(node, Organization):
            # Parks and areas of the place are read once, and not joined for each activity.
            parks, areas = (rows_of(self.model, f"organization__{seat}").under(node).order_by() for seat in SEATS)
            sits = Q(park__in=parks.values("pk")) | Q(area__in=areas.values("pk"))
            here = _leader(self.model).filter(sits).values("pk")[:1]
            return self.alias(here=Subquery(here)).filter(here__isnull=False)
        # By its key, and compared outside: PostgreSQL would go through all of the path's instead.
        path = Subquery(_leader(self.model).values("path")[:1])
        led = Q(path__startswith=node.path)
        if leaders <= MANY_LEADERS:
            led = Q(organization__in=self._leaders_under(node))
        return self.alias(path=path).filter(led | Q(_is_joint_under(self.model, node.path)))

    def _leaders_under(self, node: TreeNode) -> Any:
        """Organisations at ``node`` or below it that ever met, unless they are many."""
        leaders = rows_of(self.model, "organization__leader").order_by().filter(paths.under("path", node.path))
        met, marked = leaders.filter(first_on__isnull=False), leaders.filter(marks__isnull=False)
        return met.values("pk").union(marked.values("pk"), all=True)[:MANY_LEADERS]

    def first_of_each_day(self, number: int) -> Self:
        """Of every day the first ``number``, in the order in which they were written."""
        place = Window(RowNumber(), partition_by=[F("held_on")], order_by=["id"])
        return self.annotate(place_in_day=place).filter(place_in_day__lte=number)

    def number_by_day(self) -> dict[dt.date, int]:
        """How many there are on each day that has any."""
        return dict(self.order_by().values_list("held_on").annotate(Count("pk")))

    def of_type(self, code: str) -> Self:
        """Activities that count as the type, each once."""
        return self.filter(Exists(rows_of(self.model, "types").filter(pk=code, activities=OuterRef("pk"))))

    def held_between(self, since: dt.date, until: dt.date) -> Self:
        """Held on ``since`` or later and before ``until``."""
        return self.filter(held_on__gte=since, held_on__lt=until)

    def filed(self) -> Self:
        """Reported upward, judged or not."""
        return self.filter(state__in=FILED_STATES)

    def counted(self) -> Self:
        """Approved or archived."""
        return self.exclude(state__in=UNCOUNTED_STATES)

    def in_state(self, state: str) -> Self:
        """Those in one state."""
        if state not in COUNTED_STATES:
            return self.filter(state=state)
        return self.counted().exclude(state__in=[other for other in COUNTED_STATES if other != state])

    def drafts(self) -> Self:
        """Not yet reported."""
        return self.filter(state=ActivityState.DRAFT)

    def for_steps(self) -> Self:
        """With the places that decide who may take which step."""
        return self.select_related("organization__park", "organization__area")

    def with_first_photo(self) -> Self:
        """With ``first_photo``, the key of the photo that was added first, if there is one."""
        photos = rows_of(self.model, "photos").filter(activity=OuterRef("pk")).order_by("pk")
        return self.annotate(first_photo=Subquery(photos.values("pk")[:1]))

    def for_list(self) -> Self:
        """With all that a row of a list may show, in a fixed number of queries."""
        return self.select_related(*SHOWN).prefetch_related("types")

    def for_lines(self, *reads: str) -> Self:
        """With just the topic, the day, the state and what ``reads`` names, for lines of a page."""
        relations = {relation for relation, _found, field in (name.partition("__") for name in reads) if field}
        rows = self.select_related(*sorted(relations)) if relations else self
        return rows.only("topic", "held_on", "state", *reads)


def _leader(activities: type[models.Model]) -> Any:
    """Of an outer row's organisation."""
    return rows_of(activities, "organization__leader").filter(pk=OuterRef("organization"))


@lru_cache(maxsize=256)
def _is_hosted_in(activities: type[models.Model], scope: Scope) -> Written:
    """Whether some host of the outer activity is in reach."""
    hosts = rows_of(activities, "host_rows").filter(reached(scope, "organization__"), activity=OfOuter())
    return Written.of(hosts)


@lru_cache(maxsize=256)
def _is_joint_under(activities: type[models.Model], path: str) -> Written:
    """Whether an organisation at ``path`` or below hosts the outer activity that another one leads."""
    its_path = Subquery(_leader(activities).values("path")[:1])
    ours = rows_of(activities, "joint_hosts").filter(activity=OfOuter()).alias(path=its_path)
    return Written.of(ours.filter(path__startswith=path), one_by_one=True)


def _is_reached_branch(node: TreeNode, scope: Scope) -> bool:
    """Nothing is below a branch that the reader might not reach."""
    return isinstance(node, Organization) and node.is_branch and node.is_within(scope)


class ActivityFileQuerySet(models.QuerySet):
    """Photos or attachments of activities."""

    def within(self, scope: Scope) -> Self:
        """Those of activities that the reader sees."""
        return self.filter(activity__in=rows_of(self.model, "activity").within(scope).values("pk"))


class SavedViewQuerySet(models.QuerySet):
    """Named views of the list."""

    def within(self, scope: Scope) -> Self:
        """The reader's own, and those shared with a unit in or below which the reader holds a role."""
        held = scope.paths("organizations")
        nodes = {node for path in held for node in paths.ancestors(path, include_self=True)}
        return self.filter(Q(owner=scope.user_id) | Q(organization__path__in=nodes))

    def owned(self, scope: Scope) -> Self:
        """The reader's own."""
        return self.filter(owner=scope.user_id)
