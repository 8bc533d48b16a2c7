"""What a pasted notice fills into a form."""

from __future__ import annotations

from django.http import QueryDict

from parkparty.activities.figures import types_on_offer
from parkparty.activities.forms.record import ActivityForm
from parkparty.activities.models import Activity
from parkparty.activities.rules import read_notice
from parkparty.core.dates import today
from parkparty.core.scope import Scope


def form_with_notice(typed: QueryDict, *, stored: Activity, scope: Scope) -> tuple[ActivityForm, list[str]]:
    """The form as typed, with what its pasted notice says, for its writer to check; and the names of what was found.

    The notice itself is not kept: it may name people.
    """
    names = dict(types_on_offer(stored).values_list("pk", "name"))  # notices are in Chinese
    notice = read_notice(typed.get("notice", ""), names, today())
    found = {"held_on": notice.held_on and notice.held_on.isoformat(), "place": notice.place, "topic": notice.topic}
    data = typed.copy()
    for name, value in found.items():
        data[name] = value or data.get(name, "")
    data.setlist("types", list(dict.fromkeys([*data.getlist("types"), *notice.types])))
    form = ActivityForm(data, instance=stored, scope=scope)
    form.errors.clear()
    filled = [name for name, value in {**found, "types": notice.types}.items() if value]
    return form, [str(form.fields[name].label) for name in filled]
