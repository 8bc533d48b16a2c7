"""What the address of a company list asks for, resolved inside the reader's scope."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.companies.choices import GAPS, STATES_OF, CoverageChoice, Denominator, SizeClass, StaffBand
from parkparty.companies.models import Company, Industry, Tenancy
from parkparty.companies.querysets import UNSTATED, CompanyQuerySet, Cut, TenancyQuerySet
from parkparty.companies.scoping import KeptList, KeptTies, LimitsByDay, Sought, Told
from parkparty.core.models import TreeNode
from parkparty.core.paging import COUNTED_TO
from parkparty.core.scope import Scope
from parkparty.core.text import number_in
from parkparty.core.written import flag
from parkparty.organizations.filters import Choice, ListFilterForm, OrganizationField, PlainSelect
from parkparty.organizations.models import Organization, is_whole
from parkparty.places.filters import PlaceField, places_in_reach
from parkparty.places.models import Area, Building, Park

NOT_STATED = gettext_lazy("未填")
NOT_COVERED = gettext_lazy("没有")
SIZES = [(value or UNSTATED, label) for value, label in SizeClass.choices]
STAFF = [(str(value) if value else UNSTATED, label) for value, label in StaffBand.choices]
BUILDINGS_OFFERED = 100
SORTED_TO = 5000
"""Tenancies of a place whose companies are found and sorted sooner than met on a walk along all names."""


class BuildingField(forms.CharField):
    """A building in the reader's reach by its key, or ``UNSTATED``. Whoever makes the form sets ``scope``."""

    scope = Scope()

    def clean(self, value: Any) -> Building | str:
        text = str(super().clean(value))
        if text in ("", UNSTATED):
            return text
        key = number_in(text)
        found = None if key is None else Building.objects.within(self.scope).filter(pk=key).first()
        if found is None:
            raise ValidationError(_("没有找到这座楼宇，或不在授权范围内。"))
        return found


class BranchField(OrganizationField):
    """The organisation that covers a company, or ``UNSTATED`` for those that none covers."""

    def clean(self, value: Any) -> Any:
        return UNSTATED if value == UNSTATED else super().clean(value)


class IndustryField(forms.CharField):
    """The beginning of an industry code of GB/T 4754, or ``UNSTATED``."""

    LONGEST = 4

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        is_code = text.isascii() and text.isalnum() and len(text) <= self.LONGEST
        if text and text != UNSTATED and not is_code:
            raise ValidationError(_("行业按代码填写，例如 65。"))
        return text

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"maxlength": str(self.LONGEST)}


class CutForm(ListFilterForm):
    """What companies are narrowed to by industry, size, staff and building."""

    industry = IndustryField(label=gettext_lazy("行业（代码）"), required=False)
    size = Choice(label=gettext_lazy("企业规模"), choices=[("", gettext_lazy("全部")), *SIZES], required=False)
    staff = Choice(label=gettext_lazy("人员规模"), choices=[("", gettext_lazy("全部")), *STAFF], required=False)
    building = BuildingField(label=gettext_lazy("楼宇"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self.fields["building"].scope = scope  # type: ignore[attr-defined]

    def offer_buildings(self, park: Park) -> None:
        """Let the reader choose among the buildings of ``park``."""
        found = Building.objects.within(self.scope).filter(park=park).order_by("name")[:BUILDINGS_OFFERED]
        choices = [("", _("全部")), *((str(row.pk), str(row)) for row in found), (UNSTATED, NOT_STATED)]
        if len(choices) > 2:
            widget = PlainSelect(choices=choices, attrs={"class": "form-select", "id": "filter-building"})
            self.fields["building"].widget = widget

    @property
    def cut(self) -> Cut:
        """What is asked for; nothing narrows when it cannot be read."""
        if not self.is_valid():
            return Cut()
        asked = self.cleaned_data
        return Cut(asked["industry"], asked["size"], asked["staff"], asked["building"])

    def in_words(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if value == UNSTATED:
            return NOT_STATED if name != "branch" else NOT_COVERED
        return Industry.in_words(value) if name == "industry" else super().in_words(name)


class CompanyFilterForm(CutForm):
    """Filters of the company list. ``rows`` is what they leave; nothing when one of them cannot be read.

    ``organization`` asks for the companies tied to an organisation or to one below it, ``branch`` for the units that
    one organisation itself covers.
    """

    q = forms.CharField(label=gettext_lazy("企业名称或信用代码"), max_length=60, required=False)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.Select)
    coverage = Choice(
        label=gettext_lazy("覆盖情况"), choices=[("", gettext_lazy("全部")), *CoverageChoice.choices], required=False
    )
    denominator = Choice(
        label=gettext_lazy("口径"), choices=[("", gettext_lazy("不限")), *Denominator.choices], required=False
    )
    as_of = forms.DateField(label=gettext_lazy("截至"), required=False)
    organization = OrganizationField(label=gettext_lazy("党组织"), required=False, widget=forms.HiddenInput)
    branch = BranchField(label=gettext_lazy("覆盖它的党组织"), required=False, widget=forms.HiddenInput)

    field_order = ("q", "place", "coverage", "denominator", "as_of")

    def __init__(self, *args: Any, scope: Scope, limits: LimitsByDay, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self.limits = limits

    def offer_places(self) -> None:
        """Fill the choice of places, with the one that was asked for always among them."""
        offered = places_in_reach(self.scope)
        asked = self.data.get("place", "")
        if self.is_valid() and self.cleaned_data["place"] and asked not in dict(offered):
            offered.insert(0, (asked, str(self.cleaned_data["place"])))
        self.fields["place"].widget.offer((("", _("全部")), *offered))

    @property
    def is_bounded(self) -> bool:
        return any(self.cleaned_data.get(name) for name in ("place", "organization", "branch", "building"))

    @cached_property
    def node(self) -> TreeNode | None:
        """The place that bounds the list, or the organisation with those below it; none where anything else does so."""
        asked = self.cleaned_data if self.is_valid() else {}
        found = [asked[name] for name in ("place", "organization", "branch") if asked.get(name)]
        return found[0] if len(found) == 1 and not asked["branch"] else None

    @property
    def asks_why(self) -> bool:
        """Whether the list is one of companies that lack an organisation."""
        return self.is_valid() and self.cleaned_data["coverage"] in GAPS

    @property
    def long_past(self) -> int:
        """The number past which a list is long: one of an organisation is counted as far as any that is bounded."""
        return self.counted_to if isinstance(self.node, Organization) else COUNTED_TO

    @property
    def _kind(self) -> Denominator:
        return Denominator(self.cleaned_data["denominator"] or Denominator.REGISTERED)

    @cached_property
    def _meant(self) -> CompanyQuerySet:
        """The companies that are asked for, wherever they sit."""
        asked, day, kind = self.cleaned_data, self.day, self._kind
        place, organization, branch = asked["place"], asked["organization"], asked["branch"]
        rows = Company.objects.within(self.scope, cut_to=place or organization)
        if organization:
            rows = rows.population(organization, kind, day, self.limits.of(kind, day))
        elif place or asked["denominator"]:
            rows = rows.counting_as(kind, day, self.limits.of(kind, day))
        if branch:
            rows = rows.covered_by_none(day) if branch == UNSTATED else rows.covered_by(branch, day)
        rows = rows.cut_to(self.cut, day)
        if asked["coverage"]:
            rows = rows.covered(CoverageChoice(asked["coverage"]), day)
        return rows.matching(asked["q"]) if asked["q"] else rows

    def rows(self) -> CompanyQuerySet:
        """The companies that are asked for."""
        if not self.is_valid():
            return Company.objects.none()
        rows, place, on_site_only = self._meant, self.cleaned_data["place"], self._kind.is_on_site
        if place:
            return rows.located_in(place, self.day, on_site_only=on_site_only)
        return rows.on_site_on(self.day) if on_site_only and not self.cleaned_data["organization"] else rows

    def found(self, kept_list: KeptList, kept_ties: KeptTies) -> tuple[CompanyQuerySet, bool]:
        """``rows`` as a page of them is found the soonest, and whether they are long.

        So many are then asked for, of so large a place, that a page is met sooner on a walk along all names.
        """
        if isinstance(self.node, Organization):
            return self._found_tied(self.node, kept_ties)
        return self._found_there(self.node, kept_list) if self.node else self._found_anywhere(kept_list)

    def _found_there(self, place: TreeNode, kept_list: KeptList) -> tuple[CompanyQuerySet, bool]:
        """``found`` of a place."""
        coverage, text = (self.cleaned_data[name] for name in ("coverage", "q"))
        told = Told()
        there = Tenancy.objects.within(self.scope, cut_to=place).located_in(place).order_by()
        beyond = self._long_of(place, there)
        if text and isinstance(place, Area):
            # Few companies are called so: reading all names takes less than asking all companies of a large area.
            named = Company.objects.within(self.scope, cut_to=place).matching(text).filter(Exists(beyond)).order_by()
            keys = list(named.values_list("pk", flat=True)[: COUNTED_TO + 1])
            if len(keys) <= COUNTED_TO:
                return self.rows().filter(pk__in=keys) if keys else self.rows(), False
        elif not text and is_whole(place, self.scope):
            states = STATES_OF[coverage] if coverage else ()
            told = kept_list(Sought(place, self._kind, self.day, self.cut, states), COUNTED_TO, beyond)
        is_long = told.is_long
        if is_long is None:
            counting = there.counting_on(self.day, on_site_only=self._kind.is_on_site)
            # A tenth more: a company may sit there twice.
            found = counting.of_companies(self._meant).filter(Exists(beyond))[: COUNTED_TO * 11 // 10]
            is_long = found.aggregate(number=Count("company", distinct=True))["number"] > COUNTED_TO
        rows = Company.objects.within(self.scope, cut_to=place)
        if told.holds:
            # In a CASE no database begins with the companies that are on the list.
            rows = rows.filter(flag(told.holds) if is_long else told.holds)
        elif is_long:
            rows = rows.cut_to(replace(self.cut, building=""), self.day)
            rows = rows.met_by_name(self._meant, place, self.day, on_site_only=self._kind.is_on_site)
        else:
            rows = self.rows()
        return rows, is_long

    def _long_of(self, place: TreeNode, there: TenancyQuerySet) -> QuerySet:
        """Of rows without which no list of ``place``, with all who sit ``there``, is long, the first: or none."""
        beyond = there.values("company")[SORTED_TO : SORTED_TO + 1]
        if not self.cut.industry:
            return beyond
        # Of an industry that hardly anybody has no list is long, however large the place.
        alike = Company.objects.within(self.scope, cut_to=place).cut_to(Cut(self.cut.industry), self.day)
        return alike.filter(Exists(beyond)).order_by().values("industry")[COUNTED_TO : COUNTED_TO + 1]

    def _found_tied(self, organization: Organization, kept_ties: KeptTies) -> tuple[CompanyQuerySet, bool]:
        """``found`` of an organisation: by the facts databases would join all links with all organisations first."""
        coverage, text = (self.cleaned_data[name] for name in ("coverage", "q"))
        if text:
            return self.rows(), False
        states, meant = STATES_OF[coverage] if coverage else (), self._meant
        sought = Sought(organization, self._kind, self.day, self.cut, states)
        told = kept_ties(sought, self.long_past, meant, self.scope)
        if told.holds is None:
            return meant, False
        rows = Company.objects.within(self.scope, cut_to=organization)
        if told.is_long:
            return rows.filter(flag(told.holds)), True
        return rows.filter(told.holds) if is_whole(organization, self.scope) else rows.after(told.holds), False

    def _found_anywhere(self, kept_list: KeptList) -> tuple[CompanyQuerySet, bool]:
        """``found`` where no place bounds the list: it is long where that of a place that the reader holds is so.

        By how companies are covered databases would find all links first. Few of very many they find sooner.
        """
        if not self.is_valid() or self.is_bounded:
            return self.rows(), False
        organizations = self.scope.top_nodes("organizations")
        if organizations and not self.scope.paths("places") and all(node.is_branch for node in organizations):
            return self.rows().shown_to_few(self.scope), False
        coverage = self.cleaned_data["coverage"]
        held = next(iter(self.scope.top_nodes("places") or ()), None) if coverage else None
        if held is None or self.cleaned_data["q"]:
            return self.rows(), False
        any_there = Tenancy.objects.within(self.scope).order_by().values("company")[:1]
        sought = Sought(held, self._kind, self.day, self.cut, STATES_OF[coverage])
        told = kept_list(sought, COUNTED_TO, any_there)
        if told.holds or not told.is_long:
            return self.rows(), False
        return Company.objects.within(self.scope).cut_to(self.cut, self.day).asked_by_name(self.rows()), True
