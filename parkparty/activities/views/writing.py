"""The form of a record: new, again, and when somebody else wrote meanwhile."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.choices import Step
from parkparty.activities.forms.notice import form_with_notice
from parkparty.activities.forms.record import ActivityForm
from parkparty.activities.models import Activity
from parkparty.activities.services.guards import StaleActivity, check_step
from parkparty.activities.services.records import log_activity
from parkparty.activities.services.steps import submit_activity
from parkparty.activities.views.answers import after_submission, changed_page, crumbs, record_of
from parkparty.activities.views.drafts import known_by_key


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.LOG_ACTIVITY)
def new(request: ScopedRequest) -> HttpResponse:
    """The form of a new record, filled with what the address and the last record tell."""
    return _form(request, _begun(request) or Activity())


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.LOG_ACTIVITY)
def edit(request: ScopedRequest, pk: int) -> HttpResponse:
    """The form of a draft or a returned record."""
    activity = record_of(request, pk)
    if request.method != "POST":
        check_step(activity, Step.EDIT, request.scope)
    return _form(request, activity)


def _begun(request: ScopedRequest) -> Activity | None:
    """The draft that this very form has saved, though its page never heard of it."""
    begun = known_by_key(request) if request.method == "POST" else None
    return begun if begun and str(begun.sitting) == request.POST.get("sitting") else None


def _form(request: ScopedRequest, activity: Activity) -> HttpResponse:
    if request.method != "POST":
        return _form_page(request, ActivityForm(instance=activity, scope=request.scope, asked=request.GET))
    if "read" in request.POST:
        form, found = form_with_notice(request.POST, stored=activity, scope=request.scope)
        return _form_page(request, form, found=found, is_read=True)
    form = ActivityForm(request.POST, request.FILES, instance=activity, scope=request.scope)
    if not form.is_valid():
        return _form_page(request, form)
    try:
        saved = log_activity(
            form.record(),
            by=request.user,
            scope=request.scope,
            **form.related,
            photos=form.cleaned_data["photos"],
            dropped_photos=form.cleaned_data["dropped_photos"],
            attachments=form.cleaned_data["attachments"],
            dropped_attachments=form.cleaned_data["dropped_attachments"],
        )
    except StaleActivity:
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
    if saved.is_announcement:
        messages.success(request, _("活动日期在今天之后，已存为预告，活动结束后再提交。"))
        return redirect("activities:detail", saved.pk)
    if "submit" not in request.POST:
        messages.success(request, _("已保存，写好后提交审核。"))
        return redirect("activities:detail", saved.pk)
    if saved.may(Step.SUBMIT, request.scope):
        try:
            submit_activity(saved, by=request.user, scope=request.scope)
        except StaleActivity:
            now = record_of(request, saved.pk)
            return changed_page(request, saved.pk) if form.differences(now) else _go_on(request, form, now)
        except ValidationError as faults:
            form.add_error(None, faults)
            form.renew(saved)
            return _form_page(request, form, saved, kept=True)
    return after_submission(request, saved)


def _form_page(
    request: ScopedRequest, form: ActivityForm, record: Activity | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    """The form, sent to ``record`` once that is known, otherwise to where it came from.

    Whoever writes is not called away: the bell stands without its number.
    """
    known = record or (form.instance if form.instance.pk and status == 200 else None)
    context |= {
        "form": form,
        "record": known,
        "crumbs": crumbs(),
        "unread": "",
        "notice": request.POST.get("notice", ""),
    }
    context["files"] = figures.files_of(known) if known else None
    context["similar"] = figures.similar_to(known, request.scope) if known and request.method == "GET" else []
    return render(request, "activities/edit.html", context, status=status)
