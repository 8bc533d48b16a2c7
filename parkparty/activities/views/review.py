"""Pages of those who judge: the queue, one record, and the steps that close a record or give it back."""

from __future__ import annotations

import time
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.check import explained
from parkparty.activities.choices import Step
from parkparty.activities.forms.review import ReturnForm, UndoForm
from parkparty.activities.models import Activity
from parkparty.activities.services import review
from parkparty.activities.services.guards import check_step
from parkparty.activities.views.answers import (
    APPROVED,
    as_seen,
    detail_page,
    just_approved,
    record_of,
    take_step,
)
from parkparty.core.paging import keyset_page, number_of
from parkparty.core.text import number_in

ROWS = 30


@require_GET
@requires(Action.REVIEW_ACTIVITY)
def queue(request: ScopedRequest) -> HttpResponse:
    """What waits for the reader's judgement, the oldest first: what deserves a closer look apart from the rest."""
    waiting = figures.queue(request.scope)
    part = request.GET.get("show", "")
    parts = {"flagged": waiting.flagged(), "regular": waiting.regular()}
    shown = {name: rows for name, rows in parts.items() if part not in parts or name == part}
    pages = {
        name: keyset_page(
            rows.for_list().with_first_photo().select_related("opened_by"),
            request.GET if name == part else {},
            order=figures.QUEUE_ORDER,
            size=ROWS,
        )
        for name, rows in shown.items()
    }
    numbers = {name: number_of(rows, pages.get(name), up_to=figures.COUNT_CAP) for name, rows in parts.items()}
    flagged = pages.get("flagged")
    context = {
        "part": part if part in parts else "",
        "number": figures.capped(*numbers.values()),
        "numbers": {name: figures.capped(number) for name, number in numbers.items()},
        "regular": pages.get("regular"),
        "flagged": flagged,
        "just_approved": just_approved(request),
        "explained": [(activity, explained(activity)) for activity in flagged.rows] if flagged else [],
    }
    return render(request, "activities/queue.html", context)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """One record: its facts, what was done to it, and the steps that the reader may take."""
    activity = record_of(request, pk)
    review.open_for_review(activity, by=request.user, scope=request.scope)
    return detail_page(request, activity, ReturnForm())


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def approve(request: ScopedRequest, pk: int) -> HttpResponse:
    """Approve a submitted record and go on to the next."""

    def go_on(approved: Activity) -> HttpResponse:
        _keep_approved(request, [approved])
        return _next_in_queue(request, approved)

    return take_step(request, pk, review.approve_activity, _("已通过“%(record)s”。"), go_on)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def approve_regular(request: ScopedRequest) -> HttpResponse:
    """Approve the ticked records that need no second look; the others are named with the reason."""
    activities = _in_their_versions(request, _ticked(request.POST.getlist("record")))
    approved, refused = review.approve_many(activities, by=request.user, scope=request.scope)
    if not activities:
        messages.warning(request, _("没有选中记录，勾选后再批量通过。"))
    if approved:
        _keep_approved(request, approved)
        done = ngettext("已通过 %(count)d 条。", "已通过 %(count)d 条。", len(approved))
        messages.success(request, done % {"count": len(approved)})
    _tell_refused(request, refused, _("没有通过“%(record)s”：%(reason)s"))
    return redirect("activities:queue")


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def give_back(request: ScopedRequest, pk: int) -> HttpResponse:
    """Give a submitted record back with a reason and go on to the next."""
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, pk, Step.RETURN, form)
    details = {"reason": form.cleaned_data["whole_reason"], "notes": form.cleaned_data["notes"]}
    go_on = partial(_next_in_queue, request)
    return take_step(request, pk, review.return_activity, _("已退回“%(record)s”。"), go_on, **details)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def undo(request: ScopedRequest, pk: int) -> HttpResponse:
    """Put an approved record back into the queue."""
    form = UndoForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, pk, Step.UNDO, form)
    told, reason = _("已撤销“%(record)s”的通过，它回到待审核。"), form.cleaned_data["reason"]
    return take_step(request, pk, review.undo_approval, told, _page_of, reason=reason)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def undo_last(request: ScopedRequest) -> HttpResponse:
    """Take back what the reader approved a moment ago: one record, or the ticked ones."""
    kept = dict(just_approved(request))
    request.session.pop(APPROVED, None)
    activities = _in_their_versions(request, kept)
    undone, refused = review.undo_many(activities, by=request.user, scope=request.scope)
    if not activities:
        messages.warning(request, _("没有刚刚通过的记录可以撤销。在记录页上可以撤销更早的通过。"))
    if undone:
        done = ngettext(
            "已撤销 %(count)d 条的通过，回到待审核。", "已撤销 %(count)d 条的通过，回到待审核。", len(undone)
        )
        messages.success(request, done % {"count": len(undone)})
    _tell_refused(request, refused, _("没有撤销“%(record)s”：%(reason)s"))
    return _page_of(undone[0]) if len(undone) == 1 else redirect("activities:queue")


def _ask_again(request: ScopedRequest, pk: int, step: Step, form: ReturnForm | UndoForm) -> HttpResponse:
    """The record's page with what is wrong with the reason, when the step is open at all."""
    activity = as_seen(request, pk)
    check_step(activity, step, request.scope)
    return detail_page(request, activity, form)


def _in_their_versions(request: ScopedRequest, versions: dict[int, int]) -> list[Activity]:
    """The records with these keys that the reader sees, each in the version that they saw."""
    rows = Activity.objects.within(request.scope).for_steps().filter(pk__in=versions)
    activities = list(rows.order_by(*figures.QUEUE_ORDER))
    for activity in activities:
        activity.version = versions[activity.pk]
    return activities


def _tell_refused(request: ScopedRequest, refused: list[review.Refusal], sentence: str) -> None:
    for refusal in refused:
        messages.warning(request, sentence % {"record": refusal.activity, "reason": refusal.reason})


def _keep_approved(request: ScopedRequest, approved: list[Activity]) -> None:
    """Remember for a while what one press approved, so that one press takes it back."""
    request.session[APPROVED] = [time.time(), [[activity.pk, activity.version] for activity in approved]]


def _page_of(activity: Activity) -> HttpResponse:
    return redirect("activities:detail", activity.pk)


def _ticked(values: list[str]) -> dict[int, int]:
    """The keys of ticked records with the versions that were seen, from ``12:3``; what does not read is left out."""
    pairs = (map(number_in, value.partition(":")[::2]) for value in values[:ROWS])
    return {key: version for key, version in pairs if key is not None and version is not None}


def _next_in_queue(request: ScopedRequest, judged: Activity) -> HttpResponse:
    following = figures.next_to_review(request.scope, judged)
    return redirect("activities:detail", following.pk) if following else redirect("activities:queue")
