"""An organisation as an address names it: by its code."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization


class OrganizationField(forms.CharField):
    """An organisation in the reader's reach. Whoever makes the form sets ``scope``; without it nothing is found."""

    scope = Scope()

    def clean(self, value: Any) -> Organization | None:
        code = super().clean(value)
        if not code:
            return None
        found = Organization.objects.within(self.scope).filter(code=code).first()
        if found is None:
            raise ValidationError(_("没有找到这个党组织，或不在授权范围内。"))
        return found
