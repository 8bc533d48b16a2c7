"""What the address of the table of duties asks for, resolved inside the reader's scope."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from parkparty.core.dates import today
from parkparty.organizations.filters import ListFilterForm, OrganizationField
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.filters import PlaceField


class DutyFilterForm(ListFilterForm):
    """Whose duties: by name, in a place, under an organisation."""

    q = forms.CharField(label=gettext_lazy("名称或组织代码"), max_length=60, required=False)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.HiddenInput)
    organization = OrganizationField(label=gettext_lazy("上级党组织"), required=False, widget=forms.HiddenInput)

    def branches(self) -> OrganizationQuerySet:
        """The branches of today that are asked for, in the order of the party tree."""
        if not self.is_valid():
            return Organization.objects.none()
        asked = self.cleaned_data
        rows = Organization.objects.within(self.scope).active_on(today()).branches().order_by("path")
        if asked["place"]:
            rows = rows.located_in(asked["place"])
        if asked["organization"]:
            rows = rows.under(asked["organization"])
        return rows.matching(asked["q"]) if asked["q"] else rows
