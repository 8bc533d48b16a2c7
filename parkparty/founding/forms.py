"""How a founding is typed: which companies, the new branch, and the day of each step."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.core.dates import NOT_TOO_EARLY, today
from parkparty.core.scope import Scope
from parkparty.core.text import number_in
from parkparty.founding.check import JOINT, OWN
from parkparty.organizations.filters import TypedOrganizationField
from parkparty.organizations.models import Organization
from parkparty.places.filters import PlaceField
from parkparty.places.models import Park

MOST_CHOSEN = 50
WRONG_DAY = {"invalid": _("日期写成 2026-11-21 的样子。"), "required": _("填写日期。")}


class ChoiceForm(forms.Form):
    """The park, and the companies ticked in it, as the address names them."""

    place = PlaceField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, scope: Scope) -> None:
        super().__init__(data)
        place: Any = self.fields["place"]
        place.scope = scope
        self.keys = _keys(data)

    @property
    def park(self) -> Park | None:
        """The park asked for; None for none, an area, or one out of reach."""
        found = self.cleaned_data.get("place") if self.is_valid() else None
        return found if isinstance(found, Park) else None


def _keys(data: Any) -> list[int]:
    typed = dict.fromkeys(map(number_in, data.getlist("company")))
    return [key for key in typed if key is not None][:MOST_CHOSEN]


class CaseForm(forms.Form):
    """The branch that is applied for."""

    name = forms.CharField(label=_("党支部名称"), max_length=100, error_messages={"required": _("填写党支部名称。")})
    parent = TypedOrganizationField(
        label=_("批复的上级党组织（名称或组织代码）"),
        max_length=100,
        error_messages={"required": _("填写批复的上级党组织的名称或组织代码。")},
    )
    applied_on = forms.DateField(
        label=_("申请日期"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[NOT_TOO_EARLY],
        error_messages=WRONG_DAY,
    )

    def __init__(self, data: Any = None, *, scope: Scope, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        parent: Any = self.fields["parent"]
        parent.scope = scope.with_roles(ROLES_FOR[Action.FOUND_ORGANIZATION])
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean_parent(self) -> Organization:
        parent: Organization = self.cleaned_data["parent"]
        if parent.is_branch:
            raise ValidationError(_("党支部下面不能再设党组织。"))
        return parent

    def clean_applied_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["applied_on"]
        if day > today():
            raise ValidationError(_("申请日期不晚于今天。"))
        return day

    def organization(self, number: int, park: Park | None) -> Organization:
        """The branch as typed, not yet saved; joint when it is to cover several companies. Only of a valid form."""
        typed = self.cleaned_data
        return Organization(
            name=typed["name"],
            type=JOINT if number > 1 else OWN,
            parent=typed["parent"],
            park=park,
            applied_on=typed["applied_on"],
        )


class StepForm(forms.Form):
    """The day on which a step was taken."""

    on = forms.DateField(
        label=_("日期"),
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages=WRONG_DAY,
    )
