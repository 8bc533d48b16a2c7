"""The name of a view, and with whom it is shared."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from parkparty.activities.forms.fields import check_free_text
from parkparty.core.scope import Scope
from parkparty.core.text import clean
from parkparty.organizations.models import Organization


class SavedViewForm(forms.Form):
    """A view to keep: what its address asks for, a name, perhaps the unit that it is shared with."""

    query = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=gettext_lazy("视图名称"),
        max_length=40,
        error_messages={"required": gettext_lazy("给视图起一个名称，如“本季待审核”。")},
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
    shared_with = forms.ModelChoiceField(
        Organization.objects.none(),
        label=gettext_lazy("共享给"),
        required=False,
        empty_label=gettext_lazy("不共享，只有本人看得到"),
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text=gettext_lazy("所选党组织和下级的账号都看得到这个视图；各人只看到自己范围内的活动。"),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Organization.objects.within(scope).topmost(scope)
        self.fields["shared_with"].queryset = held  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        check_free_text(self, "name")
        data["name"] = clean(data.get("name", ""))
        return data
