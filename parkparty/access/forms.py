"""The filter of the trail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from parkparty.audit.choices import Kind


class DayInput(forms.DateInput):
    input_type = "date"


class TrailFilter(forms.Form):
    """Parts of names, a run of days, a kind, a request; all that are filled in must be met."""

    actor = forms.CharField(label=_("操作人"), max_length=60, required=False)
    action = forms.CharField(label=_("操作"), max_length=60, required=False)
    object = forms.CharField(label=_("对象"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("性质"), choices=[("", _("全部")), *Kind.choices], required=False)
    since = forms.DateField(label=_("起始日期"), widget=DayInput(format="%Y-%m-%d"), required=False)
    last = forms.DateField(label=_("截止日期"), widget=DayInput(format="%Y-%m-%d"), required=False)
    request_id = forms.CharField(label=_("请求编号"), max_length=12, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("since") and data.get("last") and data["since"] > data["last"]:
            raise ValidationError({"last": _("截止日期早于起始日期，改一下其中一个。")})
        return data
