"""Activities on paper: one record, an empty sheet of a type, and the ledger of a month."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.filters import MonthFilterForm, SheetForm
from parkparty.activities.views.answers import crumbs, record_of
from parkparty.core.dates import add_months, today

IN_LEDGER = 500


@require_GET
@requires(Action.VIEW_ACTIVITY)
def filled(request: ScopedRequest, pk: int) -> HttpResponse:
    """One record as a sheet of A4."""
    activity = record_of(request, pk)
    context = {
        "activity": activity,
        "types": list(activity.types.all()),
        "hosts": [host for host in activity.hosts.all() if host.pk != activity.organization_id],
        "crumbs": crumbs(),
    }
    return render(request, "activities/sheet.html", context)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def empty(request: ScopedRequest) -> HttpResponse:
    """A sheet of A4 to be filled in by hand, of the type and for the organisation that the address names."""
    form = SheetForm(request.GET, scope=request.scope)
    return render(request, "activities/sheet.html", {"form": form, "sheet": form.named(), "crumbs": crumbs()})


@require_GET
@requires(Action.VIEW_ACTIVITY)
def ledger(request: ScopedRequest) -> HttpResponse:
    """What was held in a month, line by line, for the files of an office."""
    form = MonthFilterForm(request.GET, scope=request.scope)
    period = form.period
    rows = form.rows().held_between(period.since, period.until).for_list().order_by("held_on", "id")
    lines = list(rows[: IN_LEDGER + 1])
    context = {
        "form": form,
        "period": period,
        "activities": lines[:IN_LEDGER],
        "is_cut": len(lines) > IN_LEDGER,
        "limit": IN_LEDGER,
        "held": figures.totals(form.rows().held_between(period.since, period.until)),
        "previous": add_months(period.since, -1),
        "following": period.until,
        "today": today(),
        "crumbs": crumbs(),
        "clear": f"?month={period.name}",
    }
    return render(request, "activities/ledger.html", context)
