"""What each address of the interface may be asked for: by the same filters as the pages, so that they agree."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.models import Activity
from parkparty.api.columns import ACTIVITY, COMPANY, ORGANIZATION, Column
from parkparty.companies.figures import listed_companies
from parkparty.companies.filters import CompanyFilterForm
from parkparty.companies.models import Company
from parkparty.core.paging import is_cursor
from parkparty.core.scope import Scope
from parkparty.coverage.figures import with_units
from parkparty.coverage.filters import OrganizationFilterForm
from parkparty.coverage.forms import WRONG_DAY, CoverageOptionsForm
from parkparty.organizations.filters import ListFilterForm, OrganizationField
from parkparty.organizations.models import Organization
from parkparty.places.filters import PlaceField
from parkparty.rules.figures import LimitBook

ROWS, MOST_ROWS = 100, 500
"""Rows of a page unless told, and at most."""

PAGING = ("limit", "cursor")
FIGURES_PARAMETERS = ("place", "organization", "below", "denominator", "as_of")

DAY_PATTERN = r"^\d{4}-\d{2}-\d{2}$"


class FiguresForm(CoverageOptionsForm, ListFilterForm):
    """Of which node, day and denominator the figures are."""

    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False)
    organization = OrganizationField(label=gettext_lazy("党组织"), required=False)
    below = forms.ChoiceField(
        label=gettext_lazy("写 1：辖区的各园区、园区的各基地、党组织的直接下级，逐个列出"),
        choices=[("1", "1")],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if asked.get("place") and asked.get("organization"):
            raise ValidationError(_("place 和 organization 只写一个。"))
        if asked.get("below") and not (self.data.get("place") or self.data.get("organization")):
            raise ValidationError(_("below 和 place 或 organization 一起写。"))
        return asked


class PageForm(forms.Form):
    """Which page of a list, and how long a page is."""

    limit = forms.IntegerField(
        label=gettext_lazy("每页行数，最多 500，不写为 100"), min_value=1, max_value=MOST_ROWS, required=False
    )
    cursor = forms.CharField(label=gettext_lazy("上一页给出的 next 中的值"), max_length=2000, required=False)

    def __init__(self, parameters: Mapping[str, str] | None = None, *, resource: Resource | None = None) -> None:
        super().__init__(parameters)
        self.resource = resource

    def clean_cursor(self) -> str:
        text: str = self.cleaned_data["cursor"]
        if text and self.resource and not is_cursor(self.resource.model, self.resource.order, text):
            raise ValidationError(_("不是这个列表给出的游标；从第一页重新读取。"))
        return text


@dataclass(frozen=True, slots=True)
class Resource:
    """A list of the interface: its filters, which of them may be asked, its order, and what is told of a row.

    ``dressed`` adds to rows what the columns read, as of a day, in a fixed number of queries; ``listed`` makes of a
    page of them what else is read for it at once.
    """

    name: str
    title: Promise
    model: type[models.Model]
    key: str
    form: type[ListFilterForm]
    parameters: tuple[str, ...]
    order: tuple[str, ...]
    columns: tuple[Column, ...]
    within: Callable[[Scope], Any]
    dressed: Callable[[Any, dt.date], Any]
    listed: Callable[[Iterable[Any], Scope, dt.date], Iterable[Any]] = lambda rows, scope, day: rows

    @property
    def fields(self) -> Iterator[tuple[str, forms.Field]]:
        """The parameters of the list as the form reads them."""
        yield from fields_of(self.form(scope=Scope()), self.parameters)
        yield from fields_of(PageForm(), PAGING)


class CompaniesForm(CompanyFilterForm):
    """The filters of the page's list, by the rules of counting as they are at this answer."""

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, limits=LimitBook(), **kwargs)


def fields_of(form: forms.Form, names: tuple[str, ...]) -> Iterator[tuple[str, forms.Field]]:
    """The named fields of ``form``."""
    for name in names:
        yield name, form.fields[name]


def day_faults(form: forms.Form, asked: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Days that a page would read and a program must not write: 01/02/2026 is a different day to everyone."""
    for name, text in asked.items():
        if isinstance(form.fields.get(name), forms.DateField) and not re.fullmatch(DAY_PATTERN, text, re.ASCII):
            yield name, str(WRONG_DAY)


ORGANIZATIONS = Resource(
    name="organizations",
    title=pgettext_lazy("复数", "党组织"),
    model=Organization,
    key="code",
    form=OrganizationFilterForm,
    parameters=("place", "organization", "type", "status", "as_of", "q"),
    order=("path",),
    columns=ORGANIZATION,
    within=Organization.objects.within,
    dressed=lambda rows, day: with_units(
        rows.with_type_on(day).with_member_counts(day).select_related("parent", "park", "area", "formation_mode"), day
    ),
)
COMPANIES = Resource(
    name="companies",
    title=pgettext_lazy("复数", "企业"),
    model=Company,
    key="pk",
    form=CompaniesForm,
    parameters=(
        *("place", "organization", "branch", "denominator", "coverage"),
        *("industry", "size", "staff", "as_of", "q"),
    ),
    order=("name", "pk"),
    columns=COMPANY,
    within=Company.objects.within,
    dressed=lambda rows, day: rows.for_list(day),
    listed=listed_companies,
)
ACTIVITIES = Resource(
    name="activities",
    title=pgettext_lazy("复数", "活动"),
    model=Activity,
    key="pk",
    form=ActivityFilterForm,
    parameters=("place", "organization", "type", "state", "since", "until"),
    order=("-held_on", "-id"),
    columns=ACTIVITY,
    within=Activity.objects.within,
    dressed=lambda rows, day: rows.for_list(),
)
RESOURCES = (ORGANIZATIONS, COMPANIES, ACTIVITIES)
