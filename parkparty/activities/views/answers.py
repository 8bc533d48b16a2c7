"""What several pages of activities do: find the record, show it, and say what a step did."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parkparty.access.scoping import ScopedRequest, scoped_or_404
from parkparty.activities import figures
from parkparty.activities.check import explained
from parkparty.activities.choices import Step
from parkparty.activities.forms.review import ReturnForm, UndoForm
from parkparty.activities.forms.series import RepeatForm
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import StaleActivity
from parkparty.core.text import number_in

APPROVED = "approved"
"""Key in the session: when the last approval was given, and to which records in which versions."""

UNDO_SECONDS = 5 * 60
"""For how long it is taken back with one press; later, with a reason, on the record's own page."""


INERT = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
"""For what users sent: never kept by a cache, never run as a page of the site."""


def record_of(request: ScopedRequest, pk: int) -> Activity:
    rows = Activity.objects.within(request.scope).for_steps().select_related("theme", "author")
    rows = rows.prefetch_related("station", "opened_by")  # mostly there is none, and joined they take long to plan
    return scoped_or_404(rows, pk=pk)


def as_seen(request: ScopedRequest, pk: int) -> Activity:
    """The record in the version that the pressed button stood beside."""
    activity = record_of(request, pk)
    activity.version = number_in(request.POST.get("version", "")) or 0
    return activity


def take_step(
    request: ScopedRequest,
    pk: int,
    step: Callable[..., Activity | None],
    told: str,
    then: Callable[[Activity], HttpResponse],
    **details: Any,
) -> HttpResponse:
    """One press of a button: the record as it was seen, one service, a sentence, and the way on."""
    activity = as_seen(request, pk)
    try:
        taken = step(activity, by=request.user, scope=request.scope, **details)
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, told % {"record": activity})
    return then(taken or activity)


def detail_page(request: ScopedRequest, activity: Activity, form: ReturnForm | UndoForm) -> HttpResponse:
    """The record; ``form`` is the one that was sent, or an empty one."""
    may_step = {step.value: bool(activity.may(step, request.scope)) for step in Step}
    history = figures.history_of(activity)
    context: dict[str, Any] = {
        "activity": activity,
        "crumbs": crumbs(reviewing=may_step[Step.APPROVE]),
        "hosts": [host for host in activity.hosts.all() if host.pk != activity.organization_id],
        "may_step": may_step,
        "files": figures.files_of(activity),
        "history": history,
        "form": form,
        "just_approved": just_approved(request),
        "repeat_form": RepeatForm(activity=activity) if activity.may_be_copied(request.scope) else None,
        "undo_form": form if isinstance(form, UndoForm) else UndoForm(),
        "return_form": form if isinstance(form, ReturnForm) else ReturnForm(),
    }
    if may_step[Step.APPROVE]:
        context |= _beside(request, activity)
        context["mended"] = figures.changed_since_return([line.entry for line in history])
    return render(request, "activities/detail.html", context)


def _beside(request: ScopedRequest, activity: Activity) -> dict[str, Any]:
    """What a reviewer needs beside a record: what to look at, what is new, who else is at it, where to go on."""
    colleague = activity.reviewing
    previous, following = figures.neighbours_in_queue(request.scope, activity)
    return {
        "hints": explained(activity),
        "colleague": colleague if colleague and colleague.pk != request.user.pk else None,
        "previous": previous,
        "following": following,
    }


def just_approved(request: ScopedRequest) -> list[tuple[int, int]]:
    """What the reader approved with the last press, a few minutes ago at most, as (key, version)."""
    at, records = request.session.get(APPROVED, (0, ()))
    return [(key, version) for key, version in records] if time.time() - at < UNDO_SECONDS else []


def crumbs(*, reviewing: bool = False) -> list[tuple[str, str]]:
    if reviewing:
        return [(_("待审核"), reverse("activities:queue"))]
    return [(pgettext("复数", "活动"), reverse("activities:list"))]


def after_submission(request: ScopedRequest, activity: Activity) -> HttpResponse:
    messages.success(request, _("已提交“%(record)s”，等待审核。") % {"record": activity})
    if activity.present is not None and activity.expected is not None and activity.present > activity.expected:
        counts = {"present": activity.present, "expected": activity.expected}
        messages.info(request, _("实到 %(present)d 人多于应到 %(expected)d 人：有人列席就不用改。") % counts)
    for similar in figures.similar_to(activity, request.scope):
        messages.info(request, _("同一天已有相似的记录“%(record)s”，核对是否重复。") % {"record": similar})
    return redirect("activities:detail", activity.pk)


def changed_page(request: ScopedRequest, pk: int) -> HttpResponse:
    """409: the button stood beside a record that is no longer like that."""
    return render(request, "activities/changed.html", {"activity": record_of(request, pk)}, status=409)


def stored_file(file: FieldFile, content_type: str, headers: dict[str, str]) -> HttpResponse:
    """What a user sent, as it is kept; 404 when the disk has lost it."""
    try:
        with file.open("rb") as opened:
            return HttpResponse(opened.read(), content_type=content_type, headers=headers)
    except FileNotFoundError as gone:
        raise Http404(file.name) from gone


def told(status: int, message: str, **more: Any) -> HttpResponse:
    """What a page's own script is told."""
    return JsonResponse({"message": message, **more}, status=status)
