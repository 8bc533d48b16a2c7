"""Service stations: what they offer, when they are open, and what happened there."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities import figures
from parkparty.activities.columns import chosen, read_by
from parkparty.activities.filters import StationFilterForm
from parkparty.activities.models import Activity
from parkparty.activities.tables import lines_of
from parkparty.core.dates import today, year_of
from parkparty.core.paging import ROWS, keyset_page

AT_A_STATION = ("held_on", "organization", "types", "present", "state")


@require_GET
@requires(Action.VIEW_ACTIVITY)
def station_list(request: ScopedRequest) -> HttpResponse:
    """The stations in reach by name, each with the activities that it saw this year."""
    form = StationFilterForm(request.GET, scope=request.scope)
    year = year_of(today())
    rows = figures.with_meetings(form.rows(), request.scope, year).select_related("park", "building")
    context = {
        "form": form,
        "page": keyset_page(rows, request.GET, order=("name", "id"), size=ROWS),
        "year": year,
        "today": today(),
        "clear": reverse("stations:list"),
    }
    return render(request, "activities/stations.html", context)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def station_detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """One station and the activities in reach that happened there, the last first."""
    stations = figures.with_meetings(figures.stations_in_reach(request.scope), request.scope, year_of(today()))
    station = scoped_or_404(stations.select_related("park", "building"), pk=pk)
    columns = chosen(AT_A_STATION)
    rows = Activity.objects.within(request.scope).filter(station=station).for_lines(*read_by(columns))
    page = keyset_page(rows, request.GET, order=("-held_on", "-id"), size=ROWS)
    context = {
        "station": station,
        "page": page,
        "columns": columns,
        "lines": lines_of(page.rows, columns),
        "year": year_of(today()),
        "today": today(),
        "crumbs": [(_("党群服务站"), reverse("stations:list"))],
    }
    return render(request, "activities/station.html", context)
