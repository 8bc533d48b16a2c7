"""What the address of an organisation list asks for, resolved inside the reader's scope."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from parkparty.core.dates import today
from parkparty.core.http import query_without
from parkparty.core.scope import Scope
from parkparty.organizations.choices import BRANCH_TYPES, OrganizationStatus, OrganizationType
from parkparty.organizations.filters import OrganizationField
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.filters import PlaceField

ALL_BRANCHES = "branch"
TYPE_LABELS = {ALL_BRANCHES: gettext_lazy("全部党支部"), **dict(OrganizationType.choices)}


class OrganizationFilterForm(forms.Form):
    """Filters of the organisation list. Without a status, those that stood on the day, by the type they had then."""

    q = forms.CharField(label=gettext_lazy("名称或组织代码"), max_length=60, required=False)
    type = forms.ChoiceField(
        label=gettext_lazy("类型"),
        choices=[("", gettext_lazy("全部")), *TYPE_LABELS.items()],
        required=False,
    )
    status = forms.ChoiceField(
        label=gettext_lazy("状态"),
        choices=[("", gettext_lazy("已成立")), *OrganizationStatus.choices[::2]],
        required=False,
    )
    as_of = forms.DateField(
        label=gettext_lazy("截至"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.HiddenInput)
    organization = OrganizationField(label=gettext_lazy("上级党组织"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        for name, field in self.fields.items():
            if isinstance(field, PlaceField | OrganizationField):
                field.scope = scope
            is_select = isinstance(field.widget, forms.Select)
            field.widget.attrs |= {"class": "form-select" if is_select else "form-control", "id": f"filter-{name}"}

    @property
    def day(self) -> dt.date:
        """The day of which the list speaks."""
        return self.cleaned_data.get("as_of") or today()

    @property
    def is_bounded(self) -> bool:
        """Whether a place or an organisation bounds the list, so that it may be counted exactly."""
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
        rows = rows.with_type_on(day)
        if asked["type"]:
            types = BRANCH_TYPES if asked["type"] == ALL_BRANCHES else [asked["type"]]
            rows = rows.filter(**{"type__in" if asked["status"] else "type_then__in": types})
        return rows.matching(asked["q"]) if asked["q"] else rows

    def chips(self) -> list[tuple[str, str, str]]:
        """What is filtered, as (label, the value in words, the address without it)."""
        if not self.is_valid():
            return []
        asked = self.cleaned_data
        words: dict[str, Any] = {
            "place": asked["place"],
            "organization": asked["organization"],
            "type": TYPE_LABELS.get(asked["type"]),
            "status": asked["status"] and OrganizationStatus(asked["status"]).label,
            "as_of": asked["as_of"],
            "q": asked["q"],
        }
        return [
            (str(self.fields[name].label), str(value), query_without(self.data, name, "older", "newer"))
            for name, value in words.items()
            if value
        ]
