"""Pages of activities to look at: the list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities.filters import ActivityFilterForm
from parkparty.core.paging import keyset_page

LIST_ORDER = ("-held_on", "-id")
ROWS = 30


@require_GET
@requires(Action.VIEW_ACTIVITY)
def activity_list(request: ScopedRequest) -> HttpResponse:
    """Activities in reach, the last held first, cut by the filters in the address."""
    form = ActivityFilterForm(request.GET, scope=request.scope)
    page = keyset_page(form.rows().for_list(), request.GET, order=LIST_ORDER, size=ROWS)
    filtered = any(request.GET.get(name) for name in form.fields)
    return render(request, "activities/list.html", {"form": form, "page": page, "filtered": filtered})
