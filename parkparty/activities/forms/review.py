"""The reason of a return, and of taking an approval back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities.choices import FIELD_OF_PHRASE, ReturnField, ReturnPhrase
from parkparty.activities.forms.fields import KeepsNumbers, check_free_text
from parkparty.core.text import clean


class ReturnForm(KeepsNumbers):
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

    field = forms.ChoiceField(
        label=gettext_lazy("针对哪一项"),
        choices=ReturnField.choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        check_free_text(self, "reason")
        phrases = [ReturnPhrase(phrase) for phrase in data.get("phrases", ())]
        notes = [(str(FIELD_OF_PHRASE[phrase]), str(phrase.label)) for phrase in phrases]
        if own := clean(data.get("reason", "")):
            notes.append((data.get("field", ""), own))
        data["notes"] = notes
        data["whole_reason"] = "；".join(sentence for _field, sentence in notes)
        if not (data["whole_reason"] or self.errors):
            self.add_error("reason", _("写明退回原因，方便书记修改。"))
        return data


class UndoForm(KeepsNumbers):
    """Why an approval is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("撤销通过的原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control", "id": "undo-reason"}),
        error_messages={"required": gettext_lazy("写明撤销通过的原因。")},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        check_free_text(self, "reason")
        return data
