"""What the address of a list of activities asks for, resolved inside the reader's scope."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities.choices import UNCOUNTED_STATES, ActivityState
from parkparty.activities.columns import STANDARD, Column, chosen
from parkparty.activities.figures import stations_in_reach, type_choices
from parkparty.activities.models import Activity
from parkparty.activities.querysets import ActivityQuerySet
from parkparty.core.dates import Period, month_named, month_of, today
from parkparty.core.models import holds
from parkparty.core.paths import STEP, under
from parkparty.core.scope import Scope
from parkparty.organizations.filters import Choice, ListFilterForm, OrganizationField
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.filters import PlaceField
from parkparty.places.models import ServiceStation
from parkparty.places.querysets import InParkQuerySet

COUNTED = "counted"
"""The filter for what figures count: approved, or archived since."""

OLDEST_FIRST = "oldest"

WHOLE = "?all=1"
"""The list without any filter, whatever the reader's own first view is."""

NOT_READ = {"invalid": gettext_lazy("日期按 2026-11-21 的样子填写。")}


class HostField(OrganizationField):
    """An organisation of which is told whether the reader's places hold all of it."""

    def find(self, rows: OrganizationQuerySet, typed: str) -> Organization | None:
        return super().find(rows.with_all_in_places(self.scope), typed)


class ActivityFilterForm(ListFilterForm):
    """Filters of the list. ``rows`` is what they leave; nothing when one of them cannot be read.

    ``organization`` asks for what an organisation or one below it hosts, ``place`` for what the organisations there
    lead, ``together`` for those with other companies or organisations, ``own`` for the organisations that the reader
    writes for. Both days belong to the span. ``order`` and
    ``columns`` (keys, with commas between) say how they are shown.
    """

    how_shown: ClassVar[tuple[str, ...]] = ("order", "columns")

    state = Choice(
        label=gettext_lazy("状态"),
        choices=[("", gettext_lazy("全部")), (COUNTED, gettext_lazy("计入统计")), *ActivityState.choices],
        required=False,
    )
    type = Choice(label=gettext_lazy("类型"), required=False)
    since = forms.DateField(label=gettext_lazy("活动日期从"), required=False, error_messages=NOT_READ)
    until = forms.DateField(label=gettext_lazy("到"), required=False, error_messages=NOT_READ)
    organization = HostField(label=gettext_lazy("党组织"), required=False, widget=forms.HiddenInput)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.HiddenInput)
    together = forms.BooleanField(label=gettext_lazy("共建或联办"), required=False, widget=forms.HiddenInput)
    own = forms.BooleanField(label=gettext_lazy("只看本人填报的党组织"), required=False, widget=forms.HiddenInput)

    order = Choice(choices=[("", ""), (OLDEST_FIRST, "")], required=False, widget=forms.HiddenInput)
    columns = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self.fields["type"].choices = [("", _("全部")), *type_choices()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            raise ValidationError(_("起止日期前后颠倒，调换后再查找。"))
        return data

    def rows(self) -> ActivityQuerySet:
        """The activities that are asked for."""
        rows = self.unbounded()
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("organization"):
            rows = rows.hosted_under(asked["organization"])
        return rows.located_in(asked["place"]) if asked.get("place") else rows

    def unbounded(self) -> ActivityQuerySet:
        if not self.is_valid():
            return Activity.objects.none()
        asked = self.cleaned_data
        place, organization = asked["place"], asked["organization"]
        reaches_all = not place and organization is not None and organization.all_in_places
        rows = Activity.objects.within(self.scope, cut_to=place or organization, reaches_all=reaches_all)
        if asked["state"]:
            rows = rows.counted() if asked["state"] == COUNTED else rows.in_state(asked["state"])
        if asked["type"]:
            rows = rows.of_type(asked["type"])
        if asked["together"]:
            rows = rows.together()
        if asked["own"]:
            rows = rows.writable(self.scope)
        if asked.get("since"):
            rows = rows.filter(held_on__gte=asked["since"])
        return rows.filter(held_on__lte=asked["until"]) if asked.get("until") else rows

    def bounded(self, rows: ActivityQuerySet, number: int) -> ActivityQuerySet:
        asked = self.cleaned_data if self.is_valid() else {}
        organization, place = asked.get("organization"), asked.get("place")
        if place and organization:
            rows = rows.walked(organization)
        whose = place or organization or self.scope
        if asked.get("state") in UNCOUNTED_STATES:  # these are few, and all that a walk along them meets
            return rows.walked(whose)
        # Of all activities most are those of who holds a root of the places: a walk soon meets enough.
        meets_soon = whose == self.scope and any(len(path) <= STEP for path in self.scope.paths("places"))
        return rows if meets_soon else rows.newest_of(whose, number)

    @property
    def ordering(self) -> tuple[str, str]:
        """The order asked for, as columns that together are unique; the last held first unless told."""
        oldest_first = self.is_valid() and self.cleaned_data["order"] == OLDEST_FIRST
        return ("held_on", "id") if oldest_first else ("-held_on", "-id")

    def shown(self, own: str = "") -> list[Column]:
        """The columns asked for, otherwise the reader's ``own``, otherwise the standard ones."""
        asked = self.cleaned_data["columns"] if self.is_valid() else ""
        return chosen(asked.split(",")) or chosen(own.split(",")) or chosen(STANDARD)

    def chips(self) -> list[tuple[str, str, str]]:
        return [(label, words, WHOLE if address == "?" else address) for label, words, address in super().chips()]

    def as_query(self, own: str = "") -> str:
        """What was asked for as the query of an address, columns included: what a saved view keeps."""
        asked = {name: self.data.get(name, "") for name in self.fields} if self.is_valid() else {}
        asked["columns"] = ",".join(column.key for column in self.shown(own))
        return urlencode({name: value for name, value in asked.items() if value})


class StationFilterForm(ListFilterForm):
    """Filters of the list of service stations."""

    q = forms.CharField(label=gettext_lazy("名称或地址"), max_length=60, required=False)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.HiddenInput)

    def rows(self) -> InParkQuerySet:
        """The stations that are asked for."""
        if not self.is_valid():
            return ServiceStation.objects.none()
        rows, text = stations_in_reach(self.scope), self.cleaned_data["q"]
        if text:
            rows = rows.filter(holds("name", text) | holds("address", text))
        place = self.cleaned_data["place"]
        return rows.filter(under("park__path", place.path)) if place else rows


class MonthFilterForm(ActivityFilterForm):
    """The filters of the list for one month, which takes the place of the span of days."""

    how_shown = ("month",)
    since = until = order = columns = None  # type: ignore[assignment]

    month = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def period(self) -> Period:
        """The month asked for, otherwise the present one."""
        return month_named(self.data.get("month", "")) or month_of(today())

    def address_of(self, day: dt.date) -> str:
        """The list of what was held on ``day``, with the same filters."""
        asked = {name: value for name in self.fields if name not in self.how_shown and (value := self.data.get(name))}
        return f"{reverse('activities:list')}?{urlencode(asked | {'since': day, 'until': day})}"


class SheetForm(ListFilterForm):
    """Of which type an empty sheet is, and for which organisation."""

    type = Choice(label=gettext_lazy("类型"), required=False)
    organization = OrganizationField(label=gettext_lazy("党组织"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self.fields["type"].choices = [("", _("不指定")), *type_choices()]  # type: ignore[attr-defined]

    def named(self) -> dict[str, str]:
        """The names of what was asked for."""
        if not self.is_valid():
            return {}
        code, organization = self.cleaned_data["type"], self.cleaned_data["organization"]
        return {"type": self.in_words("type") if code else "", "organization": str(organization or "")}
