"""Reads of activities."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Window
from django.db.models.functions import RowNumber

from parkparty.access.choices import Role
from parkparty.activities import newest
from parkparty.activities.choices import COUNTED_STATES, FILED_STATES, UNCOUNTED_STATES, ActivityState
from parkparty.core import paths
from parkparty.core.models import rows_of
from parkparty.core.scope import NOTHING, Scope
from parkparty.core.written import OfOuter, Written
from parkparty.organizations.models import Organization, is_whole
from parkparty.organizations.querysets import reached

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode

SHOWN = ("organization", "theme", "station", "park")
"""The relations that a row of a list may show."""


class ActivityQuerySet(models.QuerySet):
    """Activities from draft to archived."""

    def within(self, scope: Scope, *, cut_to: TreeNode | None = None, reaches_all: bool = False) -> Self:
        """Activities that an organisation in reach hosts; drafts only for those who write for that organisation.

        What is told by the row itself stands first: only of the others are all hosts looked up. ``cut_to`` is a place
        to which the caller cuts the rows by where their main hosts sit, or an organisation under which they are hosted:
        who holds all of it, or reaches that branch, reaches these hosts, and nobody asks who else held each activity.
        ``reaches_all`` says the same of the places where an organisation and all below it sit (``with_all_in_places``).
        """
        mine = scope.q("organizations", "organization__path", (Role.SECRETARY,))
        shown = ~Q(state=ActivityState.DRAFT) | mine
        if cut_to and (reaches_all or is_whole(cut_to, scope) or _is_reached_branch(cut_to, scope)):
            return self.filter(shown)
        led = scope.q("places", "park__path") | scope.q("organizations", "organization__path")
        return self.filter((led | Q(_is_hosted_in(self.model, scope))) & shown)

    def reviewable(self, scope: Scope) -> Self:
        """Submitted records that the reader is to judge: of units below theirs, never their own.

        All of these are in reach, and nobody looks up all hosts of each record to find so.
        """
        roles = (Role.REVIEWER,)
        below = [newest.is_led("organizations", paths.run_below(path)) for path in scope.paths("organizations", roles)]
        there = [newest.is_led("places", paths.run(path)) for path in scope.paths("places", roles)]
        theirs = reduce(or_, [*below, *there], NOTHING)
        return self.filter(theirs, state=ActivityState.SUBMITTED).exclude(author_id=scope.user_id)

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
        if _is_branch(node):
            return self.filter(pk__in=rows_of(self.model, "host_rows").filter(organization=node).values("activity"))
        hosts = rows_of(self.model, "host_rows").filter(paths.under("organization__path", node.path))
        return self.filter(Exists(hosts.filter(activity=OuterRef("pk"))))

    def located_in(self, place: TreeNode) -> Self:
        """Activities whose main host sits in ``place``."""
        return self.filter(
            paths.under("organization__park__path", place.path) | paths.under("organization__area__path", place.path)
        )

    def newest_of(self, whose: TreeNode | Scope, number: int) -> Self:
        """``located_in``, ``hosted_under`` or ``within`` for the first ``number`` of a list by day, or more."""
        if _is_branch(whose):
            return self.walked(whose)
        try:
            keys = newest.first_keys(self, whose, number)
        except EmptyResultSet:
            return self.none()
        return self.walked(whose) if keys is None else self.filter(pk__in=keys)

    def walked(self, whose: TreeNode | Scope) -> Self:
        """``located_in`` or ``hosted_under`` for a list by day, each asked by itself; a reach is cut already."""
        if isinstance(whose, Scope):
            return self
        return self.hosted_under(whose) if _is_branch(whose) else self.filter(newest.is_of(whose))

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

    def together(self) -> Self:
        """Activities that companies take part in, or several organisations hold (共建)."""
        activity: Any = self.model
        companies = activity.companies.through._default_manager
        joint = rows_of(self.model, "joint_hosts").filter(activity=OuterRef("pk"))
        return self.filter(Q(Exists(companies.filter(activity=OuterRef("pk")))) | Q(Exists(joint)))

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


@lru_cache(maxsize=256)
def _is_hosted_in(activities: type[models.Model], scope: Scope) -> Written:
    """Whether some host of the outer activity is in reach."""
    hosts = rows_of(activities, "host_rows").filter(reached(scope, "organization__"), activity=OfOuter())
    return Written.of(hosts)


def _is_branch(node: TreeNode | Scope) -> TypeGuard[Organization]:
    return isinstance(node, Organization) and node.is_branch


def _is_reached_branch(node: TreeNode, scope: Scope) -> bool:
    """Nothing is below a branch that the reader might not reach."""
    return _is_branch(node) and node.is_within(scope)


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
