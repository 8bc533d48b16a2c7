"""What a reader may ask of the page of rules."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.utils.translation import gettext_lazy as _

from parkparty.core.dates import today


class RulesOnForm(forms.Form):
    """The day whose rules are shown."""

    as_of = forms.DateField(
        label=_("哪一天的规则"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}),
        error_messages={"invalid": _("日期写成 2026-11-21 的样子。")},
    )

    @property
    def day(self) -> dt.date:
        """The day asked for; today when none or none that can be read."""
        if self.is_valid() and self.cleaned_data["as_of"]:
            day: dt.date = self.cleaned_data["as_of"]
            return day
        return today()
