"""Who takes a post over."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from parkparty.accounts.models import User
from parkparty.core.scope import Scope


class HandoverForm(forms.Form):
    """The successor: another account of the reader's subtrees."""

    successor = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("接任的人"),
        empty_label=gettext_lazy("选择接任的人"),
        error_messages={"required": gettext_lazy("选择接任的人；还没有账号的，先发邀请。")},
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, scope: Scope, former: User, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.within(scope).filter(is_active=True).exclude(pk__in=(former.pk, by.pk))
        self.fields["successor"].queryset = others.order_by("display_name", "username")  # type: ignore[attr-defined]
