"""Drafts that save themselves: what a page sends from time to time, answered in JSON."""

from __future__ import annotations

import uuid
from contextlib import suppress

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities.figures import similar_to
from parkparty.activities.forms.draft import readable_form
from parkparty.activities.forms.record import ActivityForm
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import StaleActivity
from parkparty.activities.services.records import save_activity
from parkparty.activities.views.answers import told


@require_POST
@requires(Action.LOG_ACTIVITY)
def draft(request: ScopedRequest) -> HttpResponse:
    """Keep what stands in a form: 200 with what was left out, 409 when the record moved on, 422 when nothing reads."""
    stored = known_by_key(request)
    form, left_out = readable_form(request.POST, stored=stored or Activity(), scope=request.scope)
    if not form.is_valid():
        return told(422, _("这里有内容还不能保存，改好后自动保存。"), left_out=left_out)
    if stored is None and form.cleaned_data["version"]:
        return told(409, _("这条记录已在别处删除。保存会另建一条。"))
    try:
        saved = save_activity(form.record(), by=request.user, scope=request.scope, quietly=True, **form.related)
    except PermissionDenied as refusal:
        return told(409, str(refusal))
    except ValidationError as faults:
        return told(422, "".join(faults.messages))
    except StaleActivity:
        return _already(request, form)
    return _saved(request, saved, left_out)


def known_by_key(request: ScopedRequest) -> Activity | None:
    """The reader's record that was first written under the key of the form sent."""
    with suppress(ValueError):
        key = uuid.UUID(request.POST.get("key", ""))
        return Activity.objects.within(request.scope).for_steps().writable(request.scope).filter(key=key).first()
    return None


def _already(request: ScopedRequest, form: ActivityForm) -> HttpResponse:
    """The record was written meanwhile: all is well when with the same words."""
    stored = known_by_key(request)
    if stored and not form.differences(stored):
        return _saved(request, stored, {})
    return told(409, _("这条记录在别处改过。按“保存草稿”或“提交审核”，可以对照两份内容。"))


def _saved(request: ScopedRequest, saved: Activity, left_out: dict[str, str]) -> HttpResponse:
    moment = {"time": timezone.localtime().strftime("%H:%M:%S")}
    message = _("其余已保存 %(time)s，标出的内容还不能保存。") if left_out else _("已保存 %(time)s")
    return told(
        200,
        message % moment,
        left_out=left_out,
        version=saved.version,
        address=reverse("activities:edit", args=[saved.pk]),
        files=reverse("activities:add_file", args=[saved.pk]),
        similar=[[str(row), reverse("activities:detail", args=[row.pk])] for row in similar_to(saved, request.scope)],
    )
