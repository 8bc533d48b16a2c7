"""Photos of activities."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities.models import ActivityPhoto

PHOTO_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


@require_GET
@requires(Action.VIEW_ACTIVITY)
def photo(request: ScopedRequest, pk: int) -> HttpResponse:
    """One picture, for those who see its activity; never kept by a cache, never run as a page."""
    found = scoped_or_404(ActivityPhoto.objects.within(request.scope), pk=pk)
    try:
        with found.file.open("rb") as file:
            return HttpResponse(file.read(), content_type="image/jpeg", headers=PHOTO_HEADERS)
    except FileNotFoundError as gone:
        raise Http404(found.pk) from gone
