"""Pages of those who judge: the queue, one record, and the steps that close a record or give it back."""

from __future__ import annotations

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
from parkparty.activities.services.guards import StaleActivity, check_step
from parkparty.activities.views.answers import as_seen, changed_page, detail_page, record_of
from parkparty.core.paging import keyset_page

ROWS = 30
KEY_DIGITS = 18


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
            rows.for_list().select_related("opened_by"),
            request.GET if name == part else {},
            order=figures.QUEUE_ORDER,
            size=ROWS,
        )
        for name, rows in shown.items()
    }
    flagged = pages.get("flagged")
    context = {
        "part": part if part in parts else "",
        "number": figures.queue_length(request.scope),
        "numbers": {name: figures.length_of(rows) for name, rows in parts.items()},
        "regular": pages.get("regular"),
        "flagged": flagged,
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
    activity = as_seen(request, pk)
    try:
        review.approve_activity(activity, by=request.user, scope=request.scope)
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已通过“%(record)s”。") % {"record": activity})
    return _next_in_queue(request, activity)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def approve_regular(request: ScopedRequest) -> HttpResponse:
    """Approve the ticked records that need no second look; the others are named with the reason."""
    seen = _ticked(request.POST.getlist("record"))
    rows = Activity.objects.within(request.scope).for_steps().filter(pk__in=seen)
    activities = list(rows.order_by(*figures.QUEUE_ORDER))
    for activity in activities:
        activity.version = seen[activity.pk]
    approved, refused = review.approve_many(activities, by=request.user, scope=request.scope)
    if not activities:
        messages.warning(request, _("没有选中记录，勾选后再批量通过。"))
    if approved:
        done = ngettext("已通过 %(count)d 条。", "已通过 %(count)d 条。", len(approved))
        messages.success(request, done % {"count": len(approved)})
    for refusal in refused:
        told = {"record": refusal.activity, "reason": refusal.reason}
        messages.warning(request, _("没有通过“%(record)s”：%(reason)s") % told)
    return redirect("activities:queue")


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def give_back(request: ScopedRequest, pk: int) -> HttpResponse:
    """Give a submitted record back with a reason and go on to the next."""
    activity, form = as_seen(request, pk), ReturnForm(request.POST)
    if not form.is_valid():
        check_step(activity, Step.RETURN, request.scope)
        return detail_page(request, activity, form)
    data = form.cleaned_data
    try:
        review.return_activity(
            activity, by=request.user, scope=request.scope, reason=data["whole_reason"], notes=data["notes"]
        )
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已退回“%(record)s”。") % {"record": activity})
    return _next_in_queue(request, activity)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def undo(request: ScopedRequest, pk: int) -> HttpResponse:
    """Put an approved record back into the queue."""
    activity, form = as_seen(request, pk), UndoForm(request.POST)
    if not form.is_valid():
        check_step(activity, Step.UNDO, request.scope)
        return detail_page(request, activity, form)
    try:
        review.undo_approval(activity, by=request.user, scope=request.scope, reason=form.cleaned_data["reason"])
    except StaleActivity:
        return changed_page(request, pk)
    messages.success(request, _("已撤销“%(record)s”的通过，它回到待审核。") % {"record": activity})
    return redirect("activities:detail", pk)


def _ticked(values: list[str]) -> dict[int, int]:
    """The keys of ticked records with the versions that were seen, from ``12:3``; what does not read is left out."""
    pairs = [value.partition(":")[::2] for value in values[:ROWS]]
    return {
        int(key): int(version)
        for key, version in pairs
        if key.isdecimal() and version.isdecimal() and max(len(key), len(version)) < KEY_DIGITS
    }


def _next_in_queue(request: ScopedRequest, judged: Activity) -> HttpResponse:
    following = figures.next_to_review(request.scope, judged)
    return redirect("activities:detail", following.pk) if following else redirect("activities:queue")
