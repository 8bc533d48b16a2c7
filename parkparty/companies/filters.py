"""What the address of a company list asks for, resolved inside the reader's scope."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.companies.choices import CoverageChoice, Denominator
from parkparty.companies.models import Company
from parkparty.companies.querysets import CompanyQuerySet
from parkparty.organizations.filters import ListFilterForm, OrganizationField
from parkparty.places.filters import PlaceField, places_in_reach


class CompanyFilterForm(ListFilterForm):
    """Filters of the company list. ``rows`` is what they leave; nothing when one of them cannot be read.

    ``organization`` asks for the companies tied to an organisation or to one below it, ``branch`` for the units that
    one organisation itself covers.
    """

    q = forms.CharField(label=gettext_lazy("企业名称或信用代码"), max_length=60, required=False)
    place = PlaceField(label=gettext_lazy("园区或辖区"), required=False, widget=forms.Select)
    coverage = forms.ChoiceField(
        label=gettext_lazy("覆盖情况"), choices=[("", gettext_lazy("全部")), *CoverageChoice.choices], required=False
    )
    denominator = forms.ChoiceField(
        label=gettext_lazy("口径"), choices=[("", gettext_lazy("不限")), *Denominator.choices], required=False
    )
    as_of = forms.DateField(label=gettext_lazy("截至"), required=False)
    organization = OrganizationField(label=gettext_lazy("党组织"), required=False, widget=forms.HiddenInput)
    branch = OrganizationField(label=gettext_lazy("覆盖它的党组织"), required=False, widget=forms.HiddenInput)

    def offer_places(self) -> None:
        """Fill the choice of places, with the one that was asked for always among them."""
        offered = places_in_reach(self.scope)
        asked = self.data.get("place", "")
        if self.is_valid() and self.cleaned_data["place"] and asked not in dict(offered):
            offered.insert(0, (asked, str(self.cleaned_data["place"])))
        self.fields["place"].widget.choices = [("", _("全部")), *offered]

    @property
    def is_bounded(self) -> bool:
        """Whether a place or an organisation bounds the list, so that it may be counted exactly."""
        return any(self.cleaned_data.get(name) for name in ("place", "organization", "branch"))

    def rows(self) -> CompanyQuerySet:
        """The companies that are asked for."""
        if not self.is_valid():
            return Company.objects.none()
        asked, day = self.cleaned_data, self.day
        rows = Company.objects.within(self.scope)
        denominator = Denominator(asked["denominator"]) if asked["denominator"] else None
        for node in filter(None, (asked["place"], asked["organization"])):
            rows = rows.population(node, denominator or Denominator.REGISTERED, day)
        if asked["branch"]:
            rows = rows.covered_by(asked["branch"], day)
        if denominator and not (asked["place"] or asked["organization"]):
            rows = rows.counting_as(denominator, day)
            rows = rows.on_site_on(day) if denominator.is_on_site else rows
        if asked["coverage"]:
            rows = rows.covered(CoverageChoice(asked["coverage"]), day)
        return rows.matching(asked["q"]) if asked["q"] else rows
