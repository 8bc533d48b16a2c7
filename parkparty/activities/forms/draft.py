"""What a page sends from time to time: kept as far as it can be read."""

from __future__ import annotations

from django.http import QueryDict

from parkparty.activities.forms.record import ActivityForm
from parkparty.activities.models import Activity
from parkparty.core.scope import Scope

REPLACED = frozenset({"types", "topic", "theme", "held_on", "expected", "present", "summary", "place", "station"})
"""Fields that keep what is stored while what is typed into them cannot be kept."""


def readable_form(typed: QueryDict, *, stored: Activity, scope: Scope) -> tuple[ActivityForm, dict[str, str]]:
    """The form of ``stored`` with as much of ``typed`` as can be kept, and by field what could not be and why.

    The form is not valid when nothing can be kept.
    """
    form = ActivityForm(typed, instance=stored, scope=scope)
    if form.is_valid():
        return form, {}
    faults = {name: " ".join(str(fault) for fault in form.errors[name]) for name in form.errors}
    if set(faults) - REPLACED:
        return form, faults
    kept = ActivityForm(_with_stored(typed, form, faults), instance=form.instance, scope=scope)
    kept.is_valid()
    return kept, faults


def _with_stored(typed: QueryDict, form: ActivityForm, faults: dict[str, str]) -> QueryDict:
    data = typed.copy()
    for name in faults:
        value = form.fields[name].prepare_value(form.initial.get(name))
        data.setlist(name, [str(key) for key in value] if isinstance(value, list) else [str(value or "")])
    return data
