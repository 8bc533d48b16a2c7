"""Photos of activities, whole and small."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities.models import ActivityPhoto
from parkparty.activities.views.answers import INERT, stored_file


@require_GET
@requires(Action.VIEW_ACTIVITY)
def photo(request: ScopedRequest, pk: int) -> HttpResponse:
    """One picture, for those who see its activity; never kept by a cache, never run as a page."""
    return stored_file(_photo_of(request, pk).file, "image/jpeg", INERT)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def thumbnail(request: ScopedRequest, pk: int) -> HttpResponse:
    """The same picture small; whole when it was kept before there were thumbnails."""
    found = _photo_of(request, pk)
    return stored_file(found.thumbnail or found.file, "image/jpeg", INERT)


def _photo_of(request: ScopedRequest, pk: int) -> ActivityPhoto:
    return scoped_or_404(ActivityPhoto.objects.within(request.scope), pk=pk)
