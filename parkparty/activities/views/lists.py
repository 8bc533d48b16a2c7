"""Pages of activities to look at: the list, the review queue, one record."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.forms.review import ReturnForm
from parkparty.activities.views.answers import detail_page, record_of
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


@require_GET
@requires(Action.REVIEW_ACTIVITY)
def queue(request: ScopedRequest) -> HttpResponse:
    """What waits for the reader's judgement, the oldest first."""
    page = keyset_page(figures.queue(request.scope).for_list(), request.GET, order=figures.QUEUE_ORDER, size=ROWS)
    context = {"page": page, "number": figures.queue_length(request.scope)}
    return render(request, "activities/queue.html", context)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """One record: its facts, what was done to it, and the steps that the reader may take."""
    return detail_page(request, record_of(request, pk), ReturnForm())
