"""The party tree, its history, officers and member counts."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from parkparty.access.admin.pages import CodeTablePages, DataForm, DataPages, ReadOnlyPages, Rows
from parkparty.access.admin.site import site
from parkparty.accounts.models import User
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import FormationMode, MemberCount, Officer, Organization, OrganizationSpan
from parkparty.organizations.services import dissolve, end_post, save_organization

site.register(FormationMode, CodeTablePages)


class OrganizationForm(DataForm):
    """An organisation that stands. A date of dissolution dissolves it; types and parents change from a day on."""

    changed_on = forms.DateField(
        label=_("变更生效日期"),
        required=False,
        widget=AdminDateWidget,
        help_text=_("类型或上级有变更时，从哪一天起；不填为今天"),
    )

    class Meta:
        model = Organization
        fields = "__all__"
        help_texts = {"dissolved_on": _("填写后，该组织自这一天起撤销，以前的数据不变")}

    dissolve_on: dt.date | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "status" in self.fields:
            standing = [choice for choice in OrganizationStatus.choices if choice[0] != OrganizationStatus.DISSOLVED]
            self.fields["status"].choices = standing  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.dissolve_on, data["dissolved_on"] = data.get("dissolved_on"), None
        return data


class OfficerRows(Rows):
    model = Officer
    fields = ("post", "since", "until")


class MemberCountRows(Rows):
    model = MemberCount


@admin.register(Organization, site=site)
class OrganizationPages(DataPages):
    """Organisations are dissolved, not deleted; a dissolved one is only looked at."""

    form = OrganizationForm
    deletable = False
    fixed = ("code",)
    inlines = (OfficerRows, MemberCountRows)
    fieldsets = (
        (None, {"fields": ("code", "name", ("type", "parent"), "changed_on")}),
        (_("所在地与依托单位"), {"fields": (("park", "area"), ("host_unit", "host_unit_kind"))}),
        (_("成立"), {"fields": ("status", "formation_mode", ("applied_on", "approved_on"), "dissolved_on")}),
        (_("任期"), {"fields": (("term_since", "term_until"),)}),
    )
    list_display = ("name", "code", "type", "status", "parent", "park")
    list_select_related = ("parent", "park")
    list_filter = ("type", "status", "formation_mode")
    search_fields = ("name", "code__istartswith")
    autocomplete_fields = ("parent", "park", "area")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        gone = obj is not None and obj.status == OrganizationStatus.DISSOLVED
        return not gone and super().has_change_permission(request, obj)

    def write(self, row: Any, *, by: User, before: dict[str, Any], form: Any = None) -> None:
        save_organization(row, by=by, on=form.cleaned_data.get("changed_on"))
        if form.dissolve_on:
            dissolve(row, on=form.dissolve_on, by=by)


class OfOrganizationPages(DataPages):
    """Pages of facts of one organisation."""

    fixed = ("organization",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("organization",)
    list_select_related: ClassVar[tuple[str, ...]] = ("organization",)
    search_fields = ("organization__name", "organization__code__istartswith")


@admin.register(OrganizationSpan, site=site)
class OrganizationSpanPages(OfOrganizationPages, ReadOnlyPages):
    """What an organisation was when; written with the organisation itself."""

    list_display = ("organization", "type", "parent", "since", "until")
    list_select_related = ("organization", "parent")
    list_filter = ("type", "since", "until")


@admin.register(MemberCount, site=site)
class MemberCountPages(OfOrganizationPages):
    list_display = ("organization", "as_of", "full", "probationary", "mobile")
    list_filter = ("as_of",)


class OfficerForm(DataForm):
    """A post. Its end takes the name and the contact away."""

    class Meta:
        model = Officer
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("until"):
            data |= {"name": "", "phone": "", "email": ""}
        return data


@admin.register(Officer, site=site)
class OfficerPages(OfOrganizationPages):
    """Posts. Names and contacts stand on a post's own page only, and never in the trail."""

    form = OfficerForm
    unrecorded = ("name", "phone", "email")
    list_display = ("organization", "post", "since", "until")
    list_filter = ("post", "since", "until")

    def write(self, row: Any, *, by: User, before: dict[str, Any], form: Any = None) -> None:
        if before and row.until and not before["until"]:
            end_post(row, on=row.until, by=by)
        else:
            super().write(row, by=by, before=before, form=form)
