"""Reads of the party tree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from functools import lru_cache, reduce
from operator import add
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce, Concat, RowNumber

from parkparty.core import paths
from parkparty.core.models import DatedQuerySet, holds, rows_of
from parkparty.core.scope import NOTHING, Tree
from parkparty.core.text import half_width
from parkparty.core.written import OfOuter, Written, flag
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Scope


SEATS: tuple[tuple[Tree, str], ...] = (("organizations", "path"), ("places", "park__path"), ("places", "area__path"))
"""Where an organisation stands in the two trees: the tree, and the path column."""


def reached(scope: Scope, prefix: str = "", roles: tuple[str, ...] | None = None) -> Q:
    """Organisations that ``scope`` reaches by the party tree, or by the park or area they sit in."""
    found = Q()
    for tree, field in SEATS:
        if scope.paths(tree, roles):
            found |= scope.q(tree, f"{prefix}{field}", roles)
    return found or NOTHING


def is_reached(scope: Scope, path: str, *places: str | None) -> bool:
    """``reached`` for one organisation at ``path`` whose park and area are at ``places``, as far as it has any."""
    return scope.covers("organizations", path) or any(place and scope.covers("places", place) for place in places)


class OrganizationQuerySet(models.QuerySet):
    """Nodes of the party tree."""

    def within(self, scope: Scope) -> Self:
        """Organisations in the reader's subtrees of the party tree or of the place tree."""
        return self.filter(reached(scope))

    def with_all_in_places(self, scope: Scope) -> Self:
        """Adds ``all_in_places``: whether the reader's places hold the organisation and all below it.

        That is only asked where the reader holds a root of the places: then nobody else's root may be there, and nobody
        may sit nowhere.
        """
        held = scope.paths("places")
        if not any(paths.depth(path) <= 1 for path in held):
            return self.annotate(all_in_places=Value(value=False))
        roots = rows_of(self.model, "area").filter(parent=None).exclude(path__in=held)
        below = {"path__gte": OuterRef("path"), "path__lt": Concat(OuterRef("path"), Value("~"))}
        nowhere = self.model._default_manager.filter(park=None, area=None, **below)
        return self.annotate(all_in_places=flag(~(Q(Exists(nowhere)) | Q(Exists(roots)))))

    def topmost(self, scope: Scope) -> Self:
        """Organisations at which the reader's subtrees of the party tree begin, in its order."""
        return self.filter(scope.tops("organizations")).order_by("path")

    def writable(self, scope: Scope, roles: tuple[str, ...]) -> Self:
        """Organisations reached with one of ``roles``."""
        return self.filter(reached(scope, roles=roles))

    def under(self, node: TreeNode) -> Self:
        """``node`` and everything below it in the party tree."""
        return self.filter(paths.under("path", node.path))

    def located_in(self, place: TreeNode) -> Self:
        """Organisations that sit in ``place``: a park, or an area with all its parks.

        Which places lie there is asked once: joined, all of an organisation would be asked before where it sits.
        """
        there = paths.under("path", place.path)
        parks, areas = (rows_of(self.model, name).filter(there).order_by().values("pk") for name in ("park", "area"))
        return self.filter(Q(park__in=parks) | Q(area__in=areas))

    def matching(self, text: str) -> Self:
        """Organisations whose name holds ``text``, in plain or traditional forms, or whose code starts with it."""
        return self.filter(holds("name", text) | Q(code__istartswith=half_width(text)))

    def active(self) -> Self:
        """Founded and not dissolved, today."""
        return self.filter(status=OrganizationStatus.ACTIVE)

    def active_on(self, day: dt.date) -> Self:
        """Approved on or before ``day`` and not yet dissolved."""
        return self.filter(active_on(day))

    def branches(self) -> Self:
        """Branches by today's type."""
        return self.filter(type__in=BRANCH_TYPES)

    def not_branches(self) -> Self:
        """Organisations that others may hang below, by today's type."""
        return self.exclude(type__in=BRANCH_TYPES)

    def with_type_on(self, day: dt.date) -> Self:
        """Adds ``type_then``: the type held on ``day``, from the dated history."""
        then = rows_of(self.model, "spans").filter(organization=OuterRef("pk")).valid_on(day).order_by("since")
        return self.annotate(type_then=Subquery(then.values("type")[:1]))

    def of_type_on(self, day: dt.date, types: Collection[str]) -> Self:
        """Those that were of one of ``types`` on ``day``, from the dated history."""
        spans = rows_of(self.model, "spans").valid_on(day).filter(type__in=types)
        return self.filter(pk__in=spans.order_by().values("organization"))

    def for_list(self) -> Self:
        """With just what a row of a list shows of the organisation itself, of the one above it and of where it sits."""
        names = ("parent__name", "park__name", "park__is_sample", "area__name")
        return self.select_related("parent", "park", "area").only("path", "code", "name", "type", "status", *names)

    def with_member_counts(self, day: dt.date) -> Self:
        """Adds ``full_members`` and ``probationary_members`` from the last count on or before ``day`` (0 when none)."""
        return self.annotate(
            full_members=Coalesce(_last_count(self.model, day, "full"), 0),
            probationary_members=Coalesce(_last_count(self.model, day, "probationary"), 0),
        )

    def with_members(self, day: dt.date) -> Self:
        """Adds ``members``, full and probationary ones together: many organisations are looked up but once."""
        return self.annotate(members=Coalesce(_last_count(self.model, day, "full", "probationary"), 0))


@lru_cache(maxsize=64)
def _last_count(organizations: type[models.Model], day: dt.date, *kinds: str) -> Written:
    """The number of members, of all ``kinds``, of the outer organisation by its last count on or before ``day``."""
    counts = rows_of(organizations, "member_counts").filter(organization=OfOuter(), as_of__lte=day)
    return Written.number(counts.order_by("-as_of").values(number=reduce(add, map(F, kinds)))[:1])


def active_on(day: dt.date, prefix: str = "") -> Q:
    """The condition of ``OrganizationQuerySet.active_on``, for use across a relation named by ``prefix``."""
    return Q(**{f"{prefix}approved_on__lte": day}) & (
        Q(**{f"{prefix}dissolved_on__isnull": True}) | Q(**{f"{prefix}dissolved_on__gt": day})
    )


class OrganizationFactQuerySet(DatedQuerySet):
    """Dated or counted facts of one organisation through their ``organization``."""

    def within(self, scope: Scope) -> Self:
        """Facts of organisations in the reader's subtrees."""
        return self.filter(reached(scope, "organization__"))


class MemberCountQuerySet(OrganizationFactQuerySet):
    """Member counts."""

    def last_on(self, day: dt.date) -> Self:
        """The last count of each organisation on or before ``day``; those of many are told apart at once."""
        place = Window(RowNumber(), partition_by=[F("organization")], order_by=F("as_of").desc())
        return self.filter(as_of__lte=day).alias(place=place).filter(place=1)
