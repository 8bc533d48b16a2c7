"""What the address of an organisation list asks for, resolved inside the reader's scope."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from parkparty.coverage.figures import Node
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus, OrganizationType
from parkparty.organizations.filters import Choice, ListFilterForm, OrganizationField
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.filters import PlaceField
from parkparty.rules.choices import Measure

ALL_BRANCHES = "branch"
TYPE_LABELS = {ALL_BRANCHES: gettext_lazy("全部党支部"), **dict(OrganizationType.choices)}


class LoadFilterForm(ListFilterForm):
    """What branches are measured by, on which day, and which of them."""

    how_shown = ("measure",)

    measure = Choice(
        label=gettext_lazy("看什么"),
        choices=[
            (Measure.MEMBERS, gettext_lazy("党支部的党员数")),
            (Measure.UNITS, gettext_lazy("联合党支部覆盖的企业数")),
        ],
        required=False,
    )
    as_of = forms.DateField(label=gettext_lazy("截至"), required=False)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.HiddenInput)
    organization = OrganizationField(label=gettext_lazy("上级党组织"), required=False, widget=forms.HiddenInput)

    @property
    def node(self) -> Node | None:
        """The place or the organisation that bounds them, if only one of both does. Only after ``rows``."""
        asked = [self.cleaned_data.get(name) for name in ("place", "organization")]
        return next(filter(None, asked), None) if asked.count(None) == 1 else None

    @property
    def chosen(self) -> Measure:
        """What is asked for; members unless told. Only after ``rows``."""
        return Measure(self.cleaned_data.get("measure") or Measure.MEMBERS)

    def rows(self) -> OrganizationQuerySet:
        """The organisations that are asked for."""
        if not self.is_valid():
            return Organization.objects.none()
        asked, rows = self.cleaned_data, Organization.objects.within(self.scope)
        if asked["place"]:
            rows = rows.located_in(asked["place"])
        return rows.under(asked["organization"]) if asked["organization"] else rows


class OrganizationFilterForm(ListFilterForm):
    """Filters of the organisation list. Without a status, those that stood on the day, by the type they had then."""

    q = forms.CharField(label=gettext_lazy("名称或组织代码"), max_length=60, required=False)
    type = Choice(
        label=gettext_lazy("类型"),
        choices=[("", gettext_lazy("全部")), *TYPE_LABELS.items()],
        required=False,
    )
    status = Choice(
        label=gettext_lazy("状态"),
        choices=[("", gettext_lazy("已成立")), *OrganizationStatus.choices[::2]],
        required=False,
    )
    as_of = forms.DateField(label=gettext_lazy("截至"), required=False)
    founded = forms.DateField(label=gettext_lazy("成立日期从"), required=False, widget=forms.HiddenInput)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.HiddenInput)
    organization = OrganizationField(label=gettext_lazy("上级党组织"), required=False, widget=forms.HiddenInput)

    @property
    def is_bounded(self) -> bool:
        return bool(self.cleaned_data.get("place") or self.cleaned_data.get("organization"))

    def rows(self) -> OrganizationQuerySet:
        """The organisations that are asked for, with ``type_then``."""
        if not self.is_valid():
            return Organization.objects.none()
        asked, day = self.cleaned_data, self.day
        rows = Organization.objects.within(self.scope)
        if asked["place"]:
            rows = rows.located_in(asked["place"])
        if asked["organization"]:
            rows = rows.under(asked["organization"])
        rows = rows.filter(status=asked["status"]) if asked["status"] else rows.active_on(day)
        rows = rows.filter(approved_on__gte=asked["founded"]) if asked["founded"] else rows
        rows = rows.with_type_on(day)
        if asked["type"]:
            types = BRANCH_TYPES if asked["type"] == ALL_BRANCHES else [asked["type"]]
            rows = rows.filter(**{"type__in" if asked["status"] else "type_then__in": types})
        return rows.matching(asked["q"]) if asked["q"] else rows
