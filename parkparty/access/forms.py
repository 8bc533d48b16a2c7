"""The filter of the trail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class TrailFilter(forms.Form):
    """Parts of names to look for; all that are filled in must be met."""

    actor = forms.CharField(label=_("操作人"), max_length=60, required=False)
    action = forms.CharField(label=_("操作"), max_length=60, required=False)
    object = forms.CharField(label=_("对象"), max_length=200, required=False)
