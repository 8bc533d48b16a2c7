"""Reads of companies, where they sit, and what covers them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from parkparty.companies.choices import (
    ORGANISATION_LINKS,
    STATES_OF,
    TYPES_FOR,
    WORK_LINKS,
    CompanyStatus,
    CoverageChoice,
    CoverageState,
    Denominator,
    Limits,
    LinkKind,
    SizeClass,
    StaffBand,
    TenancyKind,
)
from parkparty.core import paths
from parkparty.core.models import DatedQuerySet, rows_of, valid_on
from parkparty.core.scope import NOTHING
from parkparty.core.text import fold, half_width
from parkparty.core.written import OfOuter, Written, flag
from parkparty.organizations.models import Organization, is_whole
from parkparty.organizations.querysets import active_on, reached

if TYPE_CHECKING:
    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Scope
    from parkparty.places.models import Building

TIES = ("links", "memberships")
"""The relations that tie a company to an organisation."""

UNSTATED = "-"
"""In place of a value: companies for which nothing is known."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What companies are narrowed to by what they are and the building they sit in; an empty field does not narrow.

    ``industry`` is the beginning of a code of GB/T 4754, ``size`` a ``SizeClass``, ``staff`` the value of a
    ``StaffBand``; each of them, and ``building``, may be ``UNSTATED``.
    """

    industry: str = ""
    size: str = ""
    staff: str = ""
    building: Building | str = ""

    def __bool__(self) -> bool:
        return bool(self.industry or self.size or self.staff or self.building)

    def as_query(self) -> dict[str, str]:
        """The cut as the address of a list names it."""
        building = self.building if isinstance(self.building, str) else str(self.building.pk)
        asked = {"industry": self.industry, "size": self.size, "staff": self.staff, "building": building}
        return {name: value for name, value in asked.items() if value}


WHOLE = Cut()
"""No cut at all."""


class TenancyQuerySet(DatedQuerySet):
    """Tenancies of companies in parks."""

    def within(self, scope: Scope, *, cut_to: TreeNode | None = None) -> Self:
        """Tenancies in the reader's place subtrees; ``cut_to`` is a place to which the caller cuts them."""
        if cut_to and is_whole(cut_to, scope):
            return self.all()
        return self.filter(scope.q("places", "park__path"))

    def located_in(self, place: TreeNode) -> Self:
        """Tenancies in ``place``: a park with its bases, or an area with its parks."""
        return self.filter(paths.under("park__path", place.path))

    def counting_on(self, day: dt.date, *, on_site_only: bool) -> Self:
        """Tenancies by which a company counts on ``day`` where it sits."""
        rows = self.valid_on(day)
        return rows.filter(kind=TenancyKind.ON_SITE) if on_site_only else rows

    def of_companies(self, companies: Any) -> Self:
        """Tenancies of ``companies``, which are asked for one by one, so that the first are soon found."""
        return self.filter(_is_one_of(companies, "company"))

    def shown_to(self, scope: Scope) -> Self:
        """Tenancies to read, not to keep: in the reader's places, and all of companies tied to their organisations."""
        if not scope.paths("organizations"):
            return self.within(scope)
        ours = scope.q("organizations", "organization__path")
        tied = [rows_of(self.model, f"company__{name}").filter(ours, company=OuterRef("company")) for name in TIES]
        return self.filter(scope.q("places", "park__path") | Q(Exists(tied[0])) | Q(Exists(tied[1])))


class TiedQuerySet(models.QuerySet):
    """Facts of a company and an organisation."""

    def within(self, scope: Scope) -> Self:
        """Facts of organisations or of companies' parks that the reader reaches."""
        there = rows_of(self.model, "company__tenancies").filter(
            scope.q("places", "park__path"), company=OuterRef("company")
        )
        return self.filter(reached(scope, "organization__") | Q(Exists(there)))

    def opening_for(self, scope: Scope) -> Self:
        """Adds ``opens``: whether the reader reaches the organisation, so that its name may lead to its page."""
        reach = flag(reached(scope, "organization__"))
        return self.select_related("organization").annotate(opens=reach)


class LinkQuerySet(TiedQuerySet, DatedQuerySet):  # type: ignore[override]
    """Dated facts that tie a company to an organisation: coverage links and memberships."""

    def covering(self, day: dt.date) -> Self:
        """Links of companies not deregistered by ``day`` to the organisation that covers them, alone or jointly."""
        gone = Q(company__status=CompanyStatus.DEREGISTERED, company__status_since__lte=day)
        return self.filter(~gone, kind__in=ORGANISATION_LINKS).valid_on(day)

    def covering_many(self, day: dt.date) -> Self:
        """As ``covering``, for very many links: the few companies that are gone are looked up once, not for each."""
        gone = rows_of(self.model, "company").filter(status=CompanyStatus.DEREGISTERED, status_since__lte=day)
        return self.filter(kind__in=ORGANISATION_LINKS).valid_on(day).exclude(company__in=gone.order_by().values("pk"))

    def covering_as(self, kind: LinkKind, day: dt.date) -> Self:
        """Links of ``kind``, alone or jointly, by which an organisation covers its companies on ``day`` (domain 2.7).

        The organisation must have been approved and not dissolved, and must have had the fitting type *then*:
        an industry committee or a joint group covers nobody.
        """
        had_type = Exists(self._spans_on(day).filter(type__in=TYPES_FOR[kind]))
        return self.valid_on(day).filter(active_on(day, "organization__"), had_type, kind=kind)

    def with_type_on(self, day: dt.date) -> Self:
        """Adds ``type_then``: the type that the organisation had on ``day``."""
        return self.annotate(type_then=Subquery(self._spans_on(day).order_by("since").values("type")[:1]))

    def _spans_on(self, day: dt.date) -> Any:
        spans = rows_of(self.model, "organization__spans").filter(organization=OuterRef("organization"))
        return spans.filter(valid_on(day))


class CompanyMemberCountQuerySet(models.QuerySet):
    """Member counts of companies."""

    def within(self, scope: Scope) -> Self:
        """Counts of companies that the reader sees."""
        return self.filter(Exists(rows_of(self.model, "company").within(scope).filter(pk=OuterRef("company"))))


class CompanyQuerySet(models.QuerySet):
    """Member companies, each counted once however many tenancies and links it has."""

    def _related(self, name: str) -> Any:
        return _related(self.model, name)

    def within(self, scope: Scope, *, cut_to: TreeNode | None = None) -> Self:
        """Companies with a tenancy in the reader's places, or tied to the reader's organisations.

        ``cut_to`` is a node to which the caller cuts the rows: whoever holds all of it sees all of its companies, and
        nothing is asked of each.
        """
        if cut_to and is_whole(cut_to, scope):
            return self.all()
        shown = (Q(Exists(facts.filter(company=OuterRef("pk")))) for facts in self.shown_by(scope))
        return self.filter(reduce(or_, shown))

    def shown_to_few(self, scope: Scope) -> Self:
        """Those of a reader who sees few: databases begin with these, by ``within`` alone with all."""
        shown = [facts.order_by().values("company") for facts in self.shown_by(scope)]
        return self.filter(pk__in=shown[0].union(*shown[1:]))

    def shown_by(self, scope: Scope) -> list[Any]:
        """The facts of which one is enough to show a company to the reader: where it sits, what it is tied to."""
        facts = [rows_of(self.model, "tenancies").filter(scope.q("places", "park__path"))]
        if scope.paths("organizations"):
            ours = scope.q("organizations", "organization__path")
            facts += [rows_of(self.model, name).filter(ours) for name in TIES]
        return facts

    def located_in(self, place: TreeNode, day: dt.date, *, on_site_only: bool = False) -> Self:
        """Companies with a tenancy in ``place`` on ``day``."""
        tenancies = rows_of(self.model, "tenancies").located_in(place).counting_on(day, on_site_only=on_site_only)
        return self.filter(pk__in=tenancies.order_by().values("company"))  # SQLite asks all companies by an EXISTS

    def met_by_name(self, companies: Any, place: TreeNode, day: dt.date, *, on_site_only: bool) -> Self:
        """Those of ``companies`` that are ``located_in`` a place, both very many, for a page of a list by name.

        Databases walk along the names and ask of each company whether it is there, which fewer are, and then whether it
        is meant, instead of finding and sorting all of them.
        """
        is_there = Q(_sits_under(self.model, place.path, day, on_site_only))
        return self.filter(flag(is_there & Q(_is_one_of(companies, "pk"))))

    def asked_by_name(self, companies: Any) -> Self:
        """Those of ``companies``, which are very many, for a page of a list by name: as ``met_by_name``, anywhere."""
        return self.filter(flag(_is_one_of(companies, "pk")))

    def after(self, found: Written) -> Self:
        """Those of these, which are very many, that are ``found``: databases begin with the latter and ask each."""
        companies: Any = self.model._default_manager.filter(found)
        return companies.asked_by_name(self)  # type: ignore[no-any-return]

    def tied_to(self, organization: TreeNode, day: dt.date) -> Self:
        """Companies that are members of, or covered by, ``organization`` or anything below it on ``day``."""
        ours = paths.under("organization__path", organization.path)
        tied = [rows_of(self.model, name).filter(ours).valid_on(day).order_by().values("company") for name in TIES]
        return self.filter(pk__in=tied[0].union(tied[1]))  # few of very many: databases begin with these

    def covered_by(self, organization: Organization, day: dt.date) -> Self:
        """The units of ``organization`` itself: companies that it covers, alone or jointly, on ``day``."""
        links = rows_of(self.model, "links").filter(kind__in=ORGANISATION_LINKS, organization=organization)
        return self.registered_on(day).filter(Written.of(links.valid_on(day).filter(company=OfOuter())))

    def covered_by_none(self, day: dt.date) -> Self:
        """Companies without a link to an organisation that would cover them, alone or jointly, on ``day``."""
        return self.filter(~Exists(self._related("links").covering(day)))

    def cut_to(self, cut: Cut, day: dt.date) -> Self:
        """Companies that ``cut`` leaves; the building is the one of a tenancy on ``day``."""
        rows = self
        if cut.industry:
            stated = Q(industry__code__startswith=cut.industry)
            rows = rows.filter(Q(industry__isnull=True) if cut.industry == UNSTATED else stated)
        if cut.size:
            rows = rows.filter(size=SizeClass.UNKNOWN if cut.size == UNSTATED else cut.size)
        if cut.staff:
            rows = rows.filter(staff_band=StaffBand.UNKNOWN if cut.staff == UNSTATED else int(cut.staff))
        if cut.building:
            building = None if cut.building == UNSTATED else cut.building
            rows = rows.filter(Exists(self._related("tenancies").valid_on(day).filter(**_is("building", building))))
        return rows

    def registered_on(self, day: dt.date) -> Self:
        """Not deregistered by ``day``: the day itself is the first on which it no longer counts."""
        return self.exclude(status=CompanyStatus.DEREGISTERED, status_since__lte=day)

    def operating_on(self, day: dt.date) -> Self:
        """存续 on ``day``: never left that status, or left it only later."""
        return self.filter(Q(status=CompanyStatus.OPERATING) | Q(status_since__gt=day))

    def on_site_on(self, day: dt.date) -> Self:
        """With an on-site tenancy somewhere on ``day``."""
        return self.filter(Exists(self._related("tenancies").filter(kind=TenancyKind.ON_SITE).valid_on(day)))

    def with_full_members(self, day: dt.date) -> Self:
        """Adds ``full_members``: the last count on or before ``day``, 0 when none."""
        return self.annotate(full_members=Coalesce(_last_full(self.model, day), 0))

    def _last_counts(self, day: dt.date) -> Any:
        """The last member count of each company on or before ``day``; databases find those of many at once."""
        counts = self._related("member_counts").filter(as_of__lte=day)
        later = rows_of(self.model, "member_counts").filter(
            company=OuterRef("company"), as_of__gt=OuterRef("as_of"), as_of__lte=day
        )
        return counts.filter(~Exists(later))

    def counting_as(self, denominator: Denominator, day: dt.date, limits: Limits) -> Self:
        """Companies that ``denominator`` counts on ``day`` by what they are; where they are is left to the caller."""
        if denominator == Denominator.REGISTERED:
            return self.registered_on(day)
        if denominator == Denominator.GUISHANG:
            large = Q(revenue_over_20m=True) | Q(staff_band__gte=limits.guishang_staff)
            return self.registered_on(day).filter(large)
        companies = self.operating_on(day)
        if denominator == Denominator.SANYOU:
            return companies.filter(fixed_premises=True, staff_band__gte=limits.sanyou_staff)
        if denominator == Denominator.YINGJIAN and limits.full:  # of nobody, every company has as many
            return companies.filter(Exists(self._last_counts(day).filter(full__gte=limits.full)))
        return companies

    def population(
        self, node: TreeNode, denominator: Denominator, day: dt.date, limits: Limits, cut: Cut = WHOLE
    ) -> Self:
        """The companies of a park, an area or an organisation that ``denominator`` counts on ``day`` (domain 2.7).

        Of a place: those with a tenancy in it, on site where the denominator asks for it. Of an organisation: those
        that a link or a membership ties to it or to one below it, on site anywhere where the denominator asks for it.
        """
        companies = self.counting_as(denominator, day, limits).cut_to(cut, day)
        if not isinstance(node, Organization):
            return companies.located_in(node, day, on_site_only=denominator.is_on_site)
        tied = companies.tied_to(node, day)
        return tied.on_site_on(day) if denominator.is_on_site else tied

    def with_coverage_state(self, day: dt.date, name: str = "coverage_state") -> Self:
        """Adds ``coverage_state`` (or ``name``), a ``CoverageState``, as it was on ``day`` (domain 2.7)."""
        return self.annotate(**{name: _state_on(self.model, day)})

    def _covered_by(self, organizations: Any, day: dt.date) -> Q:
        own, joint = _covering(self.model, day)
        wanted = organizations.values("pk")
        return Q(Exists(own.filter(organization__in=wanted))) | Q(Exists(joint.filter(organization__in=wanted)))

    def covered_by_one_of(self, organizations: Any, day: dt.date) -> Self:
        """Companies with organisation coverage on ``day`` by one of ``organizations``, a queryset of them."""
        return self.filter(self._covered_by(organizations, day))

    def with_covered_by_one_of(self, organizations: Any, day: dt.date, name: str) -> Self:
        """Adds ``name``: whether ``covered_by_one_of`` would keep the company."""
        return self.annotate(**{name: flag(self._covered_by(organizations, day))})

    def covered(self, choice: CoverageChoice, day: dt.date) -> Self:
        """Companies in one of the states that ``choice`` sums up."""
        return self.filter(_in_states(self.model, STATES_OF[choice], day))

    def matching(self, text: str) -> Self:
        """Companies whose name holds ``text``, whatever its width, case and spacing, or whose credit code starts so."""
        return self.filter(Q(folded_name__contains=fold(text)) | Q(uscc__startswith=half_width(text).upper()))

    def for_list(self, day: dt.date) -> Self:
        """With what a row of a list shows of the company itself; ``listed_companies`` reads the rest for a page."""
        return self.select_related("industry").with_full_members(day)


def _related(companies: type[models.Model], name: str) -> Any:
    """The rows of the reverse relation ``name`` that belong to the outer company."""
    return rows_of(companies, name).filter(company=OuterRef("pk"))


def _covering(companies: type[models.Model], day: dt.date) -> tuple[Any, Any]:
    """The links that cover the outer company on ``day``: by an organisation of its own, by a joint branch."""
    links = _related(companies, "links")
    return links.covering_as(LinkKind.OWN, day), links.covering_as(LinkKind.JOINT, day)


@lru_cache(maxsize=32)
def _last_full(companies: type[models.Model], day: dt.date) -> Written:
    """The full members of the outer company by its last count on or before ``day``."""
    counts = rows_of(companies, "member_counts").filter(company=OfOuter(), as_of__lte=day)
    return Written.number(counts.order_by("-as_of").values("full")[:1])


@lru_cache(maxsize=32)
def _links_of_states(companies: type[models.Model], day: dt.date) -> dict[CoverageState, Written]:
    """Whether the outer company has links on ``day`` that make each state, the best first; putting these together takes
    longer than asking them of a page.
    """
    links = rows_of(companies, "links").filter(company=OfOuter())
    return {
        CoverageState.OWN: Written.of(links.covering_as(LinkKind.OWN, day)),
        CoverageState.JOINT: Written.of(links.covering_as(LinkKind.JOINT, day)),
        CoverageState.WORK_ONLY: Written.of(links.valid_on(day).filter(kind__in=WORK_LINKS)),
    }


def _state_on(companies: type[models.Model], day: dt.date) -> Case:
    """How the outer company is covered on ``day``."""
    found = [When(linked, then=Value(state)) for state, linked in _links_of_states(companies, day).items()]
    return Case(*found, default=Value(CoverageState.NONE), output_field=models.CharField(max_length=10))


def _in_states(companies: type[models.Model], states: Collection[CoverageState], day: dt.date) -> Case:
    """Whether the outer company is in one of ``states`` on ``day``. A CASE is asked of each company: no database joins
    the links of all of them first.
    """
    found = ~NOTHING if CoverageState.NONE in states else NOTHING
    for state, linked in reversed(_links_of_states(companies, day).items()):
        found = linked | found if state in states else ~linked & found
    return flag(found)


@lru_cache(maxsize=256)
def _sits_under(companies: type[models.Model], path: str, day: dt.date, on_site_only: bool) -> Written:
    """Whether the outer company has a tenancy at ``path`` or below. In a CASE, the parks there are read once."""
    tenancies = rows_of(companies, "tenancies").counting_on(day, on_site_only=on_site_only).filter(company=OfOuter())
    parks = rows_of(companies, "tenancies__park").filter(paths.under("path", path)).order_by().values("pk")
    return Written.of(tenancies.filter(flag(Q(park__in=parks))), one_by_one=True)


def _is_one_of(companies: Any, outer: str) -> Written:
    """Whether the company that the outer row names is one of ``companies``: no database finds all of them for it."""
    return Written.of(companies.filter(pk=OfOuter()), outer, one_by_one=True)


def _is(name: str, value: Any) -> dict[str, Any]:
    return {f"{name}__isnull": True} if value is None else {name: value}
