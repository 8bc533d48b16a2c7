"""A place as an address names it: ``park:kic`` or ``area:310110``."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.utils.translation import gettext as _

from parkparty.core.scope import Scope
from parkparty.places.models import Area, Park, ParkLine, park_in_words

PLACES_OFFERED = 100


class PlaceField(forms.CharField):
    """An area or a park in the reader's reach. Whoever makes the form sets ``scope``; without it nothing is found."""

    scope = Scope()

    def clean(self, value: Any) -> Area | Park | None:
        text = super().clean(value)
        if not text:
            return None
        found: Area | Park | None = None
        kind, _colon, key = text.partition(":")
        if slug_re.match(key) and kind == "park":
            found = Park.objects.within(self.scope).filter(key=key).first()
        elif slug_re.match(key) and kind == "area":
            found = Area.objects.within(self.scope).filter(code=key).first()
        if found is None:
            raise ValidationError(_("没有找到这个园区或辖区，或不在授权范围内。"))
        return found


def name_of(place: Area | Park | ParkLine) -> str:
    """``place`` as ``PlaceField`` reads it."""
    return f"area:{place.code}" if isinstance(place, Area) else f"park:{place.key}"


def places_in_reach(scope: Scope) -> list[tuple[str, str]]:
    """The first areas and parks that a reader may choose from, as values and names, in the order of the tree."""
    areas = Area.objects.within(scope).order_by("path").values_list("code", "name")
    parks = Park.objects.within(scope).order_by("path").values_list("key", "name", "is_sample")
    return [
        *((f"area:{code}", name) for code, name in areas[:PLACES_OFFERED]),
        *((f"park:{key}", park_in_words(name, is_sample)) for key, name, is_sample in parks[:PLACES_OFFERED]),
    ]
