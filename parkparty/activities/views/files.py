"""Files of activities: attachments given out, and all kinds kept while the form of their record is open."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities.forms.files import FileForm
from parkparty.activities.models import Activity, ActivityAttachment, ActivityPhoto
from parkparty.activities.services.files import change_attachments, change_photos
from parkparty.activities.services.guards import StaleActivity
from parkparty.activities.views.answers import INERT, record_of, stored_file, told

logger = logging.getLogger(__name__)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def attachment(request: ScopedRequest, pk: int) -> HttpResponse:
    """One document, for those who see its activity: to be saved, never opened as a page of the site."""
    found = scoped_or_404(ActivityAttachment.objects.within(request.scope), pk=pk)
    headers = INERT | {"Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)}
    return stored_file(found.file, "application/octet-stream", headers)


@require_POST
@requires(Action.LOG_ACTIVITY)
def add(request: ScopedRequest, pk: int) -> HttpResponse:
    """Keep one file of a record that is being written: 200 with where it is, 409 or 422 with why it is not kept."""
    activity = record_of(request, pk)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return told(422, form.told)
    photos, documents = form.cleaned_data["photos"], form.cleaned_data["attachments"]
    try:
        if photos:
            change_photos(activity, add=photos[:1], by=request.user, scope=request.scope, quietly=True)
            return _photo_kept(activity.photos.get(sha256=photos[0].sha256))
        change_attachments(activity, add=documents[:1], by=request.user, scope=request.scope, quietly=True)
        return _document_kept(activity.attachments.get(sha256=documents[0].sha256))
    except (PermissionDenied, StaleActivity) as refusal:
        return told(409, str(refusal))
    except ValidationError as faults:
        return told(422, "".join(faults.messages))
    except OSError:
        logger.exception("A file could not be written")
        return told(507, _("服务器现在存不下文件，告诉管理员；填写的内容不受影响。"))


@require_POST
@requires(Action.LOG_ACTIVITY)
def drop_photo(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a photo of a record that is being written away for good."""
    return _drop(request, scoped_or_404(ActivityPhoto.objects.within(request.scope), pk=pk))


@require_POST
@requires(Action.LOG_ACTIVITY)
def drop_attachment(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take an attachment of a record that is being written away for good."""
    return _drop(request, scoped_or_404(ActivityAttachment.objects.within(request.scope), pk=pk))


def _drop(request: ScopedRequest, row: ActivityPhoto | ActivityAttachment) -> HttpResponse:
    activity: Activity = record_of(request, row.activity_id)
    try:
        if isinstance(row, ActivityPhoto):
            change_photos(activity, drop=[row], by=request.user, scope=request.scope, quietly=True)
        else:
            change_attachments(activity, drop=[row], by=request.user, scope=request.scope, quietly=True)
    except (PermissionDenied, StaleActivity) as refusal:
        return told(409, str(refusal))
    return told(200, _("已去掉。"))


def _photo_kept(photo: ActivityPhoto) -> HttpResponse:
    drop, thumbnail = (reverse(f"activities:{name}", args=[photo.pk]) for name in ("drop_photo", "thumbnail"))
    return told(200, _("已上传。"), key=f"photo-{photo.pk}", drop=drop, thumbnail=thumbnail)


def _document_kept(row: ActivityAttachment) -> HttpResponse:
    drop, address = (reverse(f"activities:{name}", args=[row.pk]) for name in ("drop_attachment", "attachment"))
    return told(200, _("已上传。"), key=f"attachment-{row.pk}", drop=drop, address=address, name=row.name)
