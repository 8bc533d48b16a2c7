"""Pages of activities: the list, one record, its form, the review queue, and the steps between the states."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities import figures, services
from parkparty.activities.choices import Step
from parkparty.activities.filters import ActivityFilterForm
from parkparty.activities.forms import ActivityForm, ReturnForm
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.core.paging import keyset_page

LIST_ORDER = ("-held_on", "-id")
ROWS = 30
PHOTO_HEADERS = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


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
    return _detail_page(request, _record(request, pk), ReturnForm())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.LOG_ACTIVITY)
def new(request: ScopedRequest) -> HttpResponse:
    """The form of a new record, filled with what the address and the last record tell."""
    return _form(request, Activity())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.LOG_ACTIVITY)
def edit(request: ScopedRequest, pk: int) -> HttpResponse:
    """The form of a draft or a returned record."""
    activity = _record(request, pk)
    if request.method != "POST":
        services.check_step(activity, Step.EDIT, request.scope)
    return _form(request, activity)


@require_POST
@requires(Action.LOG_ACTIVITY)
def submit(request: ScopedRequest, pk: int) -> HttpResponse:
    """Report a draft or a returned record as it stands."""
    activity = _as_seen(request, pk)
    try:
        services.submit_activity(activity, by=request.user, scope=request.scope)
    except services.StaleActivity:
        return _changed(request, pk)
    except ValidationError as faults:
        messages.error(request, _("还不能提交：%(faults)s") % {"faults": "".join(faults.messages)})
        return redirect("activities:edit", pk)
    return _submitted(request, activity)


@require_POST
@requires(Action.LOG_ACTIVITY)
def delete(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a draft away for good."""
    activity = _as_seen(request, pk)
    try:
        services.delete_draft(activity, by=request.user, scope=request.scope)
    except services.StaleActivity:
        return _changed(request, pk)
    messages.success(request, _("已删除草稿“%(record)s”。") % {"record": activity})
    return redirect("activities:list")


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def approve(request: ScopedRequest, pk: int) -> HttpResponse:
    """Approve a submitted record and go on to the next."""
    activity = _as_seen(request, pk)
    try:
        services.approve_activity(activity, by=request.user, scope=request.scope)
    except services.StaleActivity:
        return _changed(request, pk)
    messages.success(request, _("已通过“%(record)s”。") % {"record": activity})
    return _next_in_queue(request, activity)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def give_back(request: ScopedRequest, pk: int) -> HttpResponse:
    """Give a submitted record back with a reason and go on to the next."""
    activity, form = _as_seen(request, pk), ReturnForm(request.POST)
    if not form.is_valid():
        services.check_step(activity, Step.RETURN, request.scope)
        return _detail_page(request, activity, form)
    reason = form.cleaned_data["whole_reason"]
    try:
        services.return_activity(activity, by=request.user, scope=request.scope, reason=reason)
    except services.StaleActivity:
        return _changed(request, pk)
    messages.success(request, _("已退回“%(record)s”。") % {"record": activity})
    return _next_in_queue(request, activity)


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


def _record(request: ScopedRequest, pk: int) -> Activity:
    rows = Activity.objects.within(request.scope).for_steps().select_related("theme", "station", "author")
    return scoped_or_404(rows, pk=pk)


def _as_seen(request: ScopedRequest, pk: int) -> Activity:
    """The record in the version that the pressed button stood beside."""
    activity = _record(request, pk)
    seen = request.POST.get("version", "")
    activity.version = int(seen) if seen.isdecimal() else 0
    return activity


def _form(request: ScopedRequest, activity: Activity) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, ActivityForm(instance=activity, scope=request.scope, asked=request.GET))
    form = ActivityForm(request.POST, request.FILES, instance=activity, scope=request.scope)
    if not form.is_valid():
        return _form_page(request, form)
    try:
        saved = services.log_activity(
            form.record(),
            by=request.user,
            scope=request.scope,
            types=form.cleaned_data["types"],
            partners=form.cleaned_data["partners"],
            companies=form.cleaned_data["companies"],
            photos=form.cleaned_data["photos"],
            dropped_photos=form.cleaned_data["dropped_photos"],
        )
    except services.StaleActivity:
        return _reconcile(request, form)
    return _go_on(request, form, saved)


def _reconcile(request: ScopedRequest, form: ActivityForm) -> HttpResponse:
    """The record was written meanwhile: by the same press of a button sent twice, or with other words."""
    known = {"pk": form.instance.pk} if form.cleaned_data["version"] else {"key": form.cleaned_data["key"]}
    rows = Activity.objects.within(request.scope).for_steps().writable(request.scope)
    stored = rows.filter(**known).first()
    differences = form.differences(stored) if stored else []
    if stored and not differences:
        return _go_on(request, form, stored)
    form.renew(stored)
    may_save = stored is None or bool(stored.may(Step.EDIT, request.scope))
    conflict = {"conflict": True, "stored": stored, "differences": differences, "may_save": may_save}
    return _form_page(request, form, stored, status=409, **conflict)


def _go_on(request: ScopedRequest, form: ActivityForm, saved: Activity) -> HttpResponse:
    """From a record just written to what the pressed button asks for."""
    if "find" in request.POST:
        messages.success(request, _("已保存，接着往下写。"))
        texts = {name: form.cleaned_data[name] for name in ("partners_text", "companies_text")}
        return redirect(f"{reverse('activities:edit', args=[saved.pk])}?{urlencode(texts)}#more")
    if "submit" not in request.POST:
        messages.success(request, _("已保存，写好后提交审核。"))
        return redirect("activities:detail", saved.pk)
    if saved.may(Step.SUBMIT, request.scope):
        try:
            services.submit_activity(saved, by=request.user, scope=request.scope)
        except services.StaleActivity:
            return _changed(request, saved.pk)
        except ValidationError as faults:
            form.add_error(None, faults)
            form.renew(saved)
            return _form_page(request, form, saved, kept=True)
    return _submitted(request, saved)


def _form_page(
    request: ScopedRequest, form: ActivityForm, record: Activity | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    """The form, sent to ``record`` once that is known, otherwise to where it came from."""
    known = record or (form.instance if form.instance.pk and status == 200 else None)
    context |= {"form": form, "record": known, "crumbs": _crumbs()}
    return render(request, "activities/edit.html", context, status=status)


def _detail_page(request: ScopedRequest, activity: Activity, form: ReturnForm) -> HttpResponse:
    may_step = {step.value: bool(activity.may(step, request.scope)) for step in Step}
    context = {
        "activity": activity,
        "crumbs": _crumbs(reviewing=may_step[Step.APPROVE]),
        "hosts": [host for host in activity.hosts.all() if host.pk != activity.organization_id],
        "may_step": may_step,
        "history": figures.history_of(activity),
        "form": form,
    }
    return render(request, "activities/detail.html", context)


def _crumbs(*, reviewing: bool = False) -> list[tuple[str, str]]:
    if reviewing:
        return [(_("待审核"), reverse("activities:queue"))]
    return [(pgettext("复数", "活动"), reverse("activities:list"))]


def _submitted(request: ScopedRequest, activity: Activity) -> HttpResponse:
    messages.success(request, _("已提交“%(record)s”，等待审核。") % {"record": activity})
    if activity.present is not None and activity.expected is not None and activity.present > activity.expected:
        counts = {"present": activity.present, "expected": activity.expected}
        messages.info(request, _("实到 %(present)d 人多于应到 %(expected)d 人：有人列席就不用改。") % counts)
    return redirect("activities:detail", activity.pk)


def _next_in_queue(request: ScopedRequest, judged: Activity) -> HttpResponse:
    following = figures.next_to_review(request.scope, judged)
    return redirect("activities:detail", following.pk) if following else redirect("activities:queue")


def _changed(request: ScopedRequest, pk: int) -> HttpResponse:
    """409: the button stood beside a record that is no longer like that."""
    return render(request, "activities/changed.html", {"activity": _record(request, pk)}, status=409)
