"""What a coverage page may be asked for by its address."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.companies.choices import Denominator
from parkparty.core.dates import today


class CoverageOptionsForm(forms.Form):
    """The day and the denominator. What cannot be read is said, and today's operating companies are shown."""

    as_of = forms.DateField(
        label=gettext_lazy("截至日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("日期按 2026-11-21 的样子填写。")},
    )
    denominator = forms.ChoiceField(
        label=gettext_lazy("口径（分母）"),
        choices=Denominator.choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def clean_as_of(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["as_of"]
        if day and day > today():
            raise ValidationError(_("截至日期不晚于今天；今天以后的情况还没有发生。"))
        return day

    @property
    def day(self) -> dt.date:
        """The day asked for, or today."""
        self.full_clean()
        return self.cleaned_data.get("as_of") or today()

    @property
    def chosen(self) -> Denominator:
        """The denominator asked for, or operating companies."""
        self.full_clean()
        return Denominator(self.cleaned_data.get("denominator") or Denominator.OPERATING)
