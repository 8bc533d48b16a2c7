"""How often, and on which days, a record is copied into the months to come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from parkparty.activities.choices import MAX_REPEATS, Repeat
from parkparty.activities.models import Activity


class RepeatForm(forms.Form):
    """Months and days, in the words of the record that is copied."""

    months = forms.TypedChoiceField(label=gettext_lazy("排几个月"), coerce=int)
    repeat = forms.ChoiceField(label=gettext_lazy("排在哪天"), widget=forms.RadioSelect(attrs={"class": "btn-check"}))

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"months": 3, "repeat": Repeat.WEEKDAY}
        day = activity.held_on
        numbers = range(1, MAX_REPEATS + 1)
        weekday = {"week": (day.day - 1) // 7 + 1, "weekday": date_format(day, "l")}
        self.fields["months"].choices = [  # type: ignore[attr-defined]
            (number, ngettext("以后 %(count)d 个月", "以后 %(count)d 个月", number) % {"count": number})
            for number in numbers
        ]
        self.fields["repeat"].choices = [  # type: ignore[attr-defined]
            (Repeat.WEEKDAY, _("每月第 %(week)d 个%(weekday)s") % weekday),
            (Repeat.DATE, _("每月 %(day)d 日") % {"day": day.day}),
        ]
