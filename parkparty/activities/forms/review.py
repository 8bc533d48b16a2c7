"""The reason of a return."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities.choices import ReturnPhrase
from parkparty.activities.forms.fields import check_free_text
from parkparty.core.text import clean


class ReturnForm(forms.Form):
    """Why a record is given back: phrases to tick, words of one's own, or both."""

    phrases = forms.MultipleChoiceField(
        label=gettext_lazy("常用原因"),
        choices=ReturnPhrase.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "btn-check"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("退回原因"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "form-control"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        check_free_text(self, "reason")
        phrases = [str(ReturnPhrase(phrase).label) for phrase in data.get("phrases", ())]
        data["whole_reason"] = "；".join(filter(None, [*phrases, clean(data.get("reason", ""))]))
        if not (data["whole_reason"] or self.errors):
            self.add_error("reason", _("写明退回原因，方便书记修改。"))
        return data
