"""The activities in reach for a calendar program, under a secret address that its owner makes and ends."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import Action, decide
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.access.services import scope_of
from parkparty.activities import figures
from parkparty.activities.services import feeds
from parkparty.activities.views.answers import crumbs
from parkparty.core.ics import as_calendar

HEADERS = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}


@require_POST
@requires(Action.VIEW_ACTIVITY)
@never_cache
def renew(request: ScopedRequest) -> HttpResponse:
    """Make the reader's secret address, in place of the one before, and show it this once."""
    address = _site(request) + reverse("activities:feed", args=[feeds.renew_feed(by=request.user)])
    return render(request, "activities/feed.html", {"address": address, "crumbs": crumbs()})


@require_POST
@requires(Action.VIEW_ACTIVITY)
def end(request: ScopedRequest) -> HttpResponse:
    """End the reader's secret address."""
    feeds.end_feed(by=request.user)
    messages.success(request, _("已停用日历订阅，原来的地址打不开了。"))
    return redirect("activities:calendar")


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What the owner of the address may see now; 404 once it has ended, or its owner may see nothing any more."""
    reader = feeds.reader_of(token)
    if reader is None or not decide(scope := scope_of(reader), Action.VIEW_ACTIVITY):
        raise Http404
    content = as_calendar(_("园区党建"), figures.feed_events(scope, _site(request)))
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8", headers=HEADERS | {"ETag": etag})
    return get_conditional_response(request, etag=etag, response=response) or response


def _site(request: HttpRequest) -> str:
    """Where this site is found, without a slash at the end."""
    return settings.SITE_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"
