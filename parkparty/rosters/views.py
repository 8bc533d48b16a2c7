"""Pages of the roster import: upload, what checking found, and the decision to import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.dates import today
from parkparty.core.paging import keyset_page
from parkparty.core.text import number_in
from parkparty.places.models import Park
from parkparty.rosters import tasks
from parkparty.rosters.choices import DECIDED, BatchState, IssueKind, Outcome, fault_sentence
from parkparty.rosters.columns import KINDS
from parkparty.rosters.documents import write_template
from parkparty.rosters.figures import offered_in, rows_of
from parkparty.rosters.forms import (
    ApplyForm,
    ColumnsForm,
    MendedFileForm,
    RepairForm,
    TemplateForm,
    UndoForm,
    UploadForm,
    place_of,
)
from parkparty.rosters.models import RosterBatch, RosterIssue, RosterRow, RosterWrite
from parkparty.rosters.services.batches import ask_to_apply, cancel_check, receive_roster, restart_check
from parkparty.rosters.services.checking import note_opened
from parkparty.rosters.services.reading import assign_columns
from parkparty.rosters.services.repairing import (
    accept_proposals,
    annotated_workbook,
    choose_kinds,
    decide_alike,
    forget_repairs,
    repair_cells,
    replace_file,
)
from parkparty.rosters.services.undoing import ask_to_undo
from parkparty.rosters.sheets.limits import Refused

ROWS_OFFERED = 20_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@requires(Action.IMPORT_ROSTER)
def roster_list(request: ScopedRequest) -> HttpResponse:
    """The reader's rosters, newest first."""
    batches = RosterBatch.objects.within(request.scope).select_related("uploaded_by")
    page = keyset_page(batches, request.GET, order=("-id",), size=25)
    return render(request, "rosters/list.html", {"page": page})


@requires(Action.IMPORT_ROSTER)
def upload(request: ScopedRequest) -> HttpResponse:
    """Take a file and have it checked in the background; its batch page waits for the result."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid():
        batch = receive_roster(form.cleaned_data["file"], by=request.user)
        tasks.check_roster.enqueue(batch.pk)
        return redirect("rosters:batch", batch.pk)
    reach = request.scope.with_roles(ROLES_FOR[Action.IMPORT_ROSTER])
    return render(request, "rosters/upload.html", {"form": form, "template_form": TemplateForm(reach=reach)})


@require_GET
@requires(Action.IMPORT_ROSTER)
def template(request: ScopedRequest) -> HttpResponse:
    """Sheets with drop-downs of what the reader may import into: empty, or filled with what a place has.

    The place comes as ``?place=park:kic``, the sheets as ``&kind=counts``; a place outside the reader's reach does not
    exist.
    """
    reach = request.scope.with_roles(ROLES_FOR[Action.IMPORT_ROSTER])
    form = TemplateForm(request.GET, reach=reach)
    if not form.is_valid():
        raise Http404
    place, sheets = form.cleaned_data["place"], dict[str, list[dict[str, Any]]]()
    for kind in form.kinds:
        found = rows_of(kind, place, reach=reach, day=today(), limit=ROWS_OFFERED + 1) if place else []
        if len(found) > ROWS_OFFERED:
            told = {"place": place, "n": ROWS_OFFERED, "kind": KINDS[kind].title}
            messages.error(request, _("“%(place)s”的%(kind)s超过 %(n)s 条，选范围小一些的。") % told)
            return redirect("rosters:upload")
        sheets[kind] = found
    name = _("名册（%(place)s）.xlsx") % {"place": place} if place else _("名册模板.xlsx")
    headers = {"Content-Disposition": str(content_disposition_header(True, name))}
    return HttpResponse(write_template(sheets, offered_in(reach, sheets)), content_type=XLSX, headers=headers)


@requires(Action.IMPORT_ROSTER)
def batch(request: ScopedRequest, pk: int) -> HttpResponse:
    """A batch: being checked, what was found, or what was imported."""
    batch = _batch_in_reach(request, pk)
    if batch.uploaded_by_id == request.user.pk:
        note_opened(batch)
    return _batch_page(request, batch, UndoForm() if batch.applied_at else ApplyForm(batch=batch))


@requires(Action.IMPORT_ROSTER)
def apply(request: ScopedRequest, pk: int) -> HttpResponse:
    """Decide to import, with the reason; the writing itself happens in the background.

    The page that comes back with an error has links of its own, which lead here without a form: on to the batch.
    """
    batch = _batch_in_reach(request, pk)
    if request.method != "POST":
        return redirect(f"{reverse('rosters:batch', args=[pk])}?{request.GET.urlencode()}")
    form = ApplyForm(request.POST, batch=batch)
    if form.is_valid():
        choices = {name: form.cleaned_data.get(name, False) for name in ("good_rows_only", "shrunk")}
        try:
            ask_to_apply(batch, by=request.user, reason=form.cleaned_data["reason"], **choices)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            tasks.apply_roster.enqueue(batch.pk)
            return redirect("rosters:batch", batch.pk)
    return _batch_page(request, batch, form)


@requires(Action.IMPORT_ROSTER)
def columns(request: ScopedRequest, pk: int) -> HttpResponse:
    """Say what columns mean that the site does not know, and have the roster checked again with that."""
    batch = _batch_in_reach(request, pk)
    if not batch.may_assign or batch.uploaded_by_id != request.user.pk:
        return redirect("rosters:batch", batch.pk)
    form = ColumnsForm(request.POST or None, batch=batch)
    if form.is_valid():
        try:
            assign_columns(batch, form.meanings, by=request.user)
            restart_check(batch, by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            tasks.check_roster.enqueue(batch.pk)
            return redirect("rosters:batch", batch.pk)
    return render(request, "rosters/columns.html", {"batch": batch, "form": form})


@require_POST
@requires(Action.IMPORT_ROSTER)
def cancel(request: ScopedRequest, pk: int) -> HttpResponse:
    """Stop a check that is under way."""
    batch = _batch_in_reach(request, pk)
    try:
        cancel_check(batch, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("rosters:batch", batch.pk)


@require_POST
@requires(Action.IMPORT_ROSTER)
def recheck(request: ScopedRequest, pk: int) -> HttpResponse:
    """Check once more, against what the site holds now."""
    batch = _batch_in_reach(request, pk)
    try:
        restart_check(batch, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        tasks.check_roster.enqueue(batch.pk)
    return redirect("rosters:batch", batch.pk)


@requires(Action.IMPORT_ROSTER)
def repair(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take corrected cells, accepted proposals, or the wish to forget them, and have the roster checked again."""
    batch = _batch_in_reach(request, pk)
    if request.method != "POST":
        return redirect(_findings_address(request, pk))
    form = RepairForm(request.POST)
    if not form.is_valid():
        return _batch_page(request, batch, ApplyForm(batch=batch), repair_form=form)
    try:
        changed = _repair(batch, request, form.cleaned_data)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _batch_page(request, batch, ApplyForm(batch=batch), repair_form=form)
    if not changed:
        messages.info(request, _("没有改动任何单元格。"))
    batch.refresh_from_db(fields=["state"])
    if changed and batch.state == BatchState.CHECKING:
        tasks.check_roster.enqueue(batch.pk)
    return redirect(_findings_address(request, pk))


def _repair(batch: RosterBatch, request: ScopedRequest, cells: dict[str, Any]) -> int:
    """Do what the button that was pressed says; without one, and beside an accepted proposal, take what was typed."""
    if "forget" in request.POST:
        return forget_repairs(batch, by=request.user)
    alike, _dash, choice = request.POST.get("alike", "").partition("-")
    number = number_in(alike)
    if choice and number is not None:
        everywhere = "alike-all" in request.POST
        return decide_alike(batch, by=request.user, number=number, choice=choice, everywhere=everywhere)
    if "kinds" in request.POST:
        chosen = {each["first"]: request.POST.get(f"kind-{each['first']}") for each in batch.sheets}
        kinds = {first: kind for first, kind in chosen.items() if kind is not None}
        return choose_kinds(batch, by=request.user, kinds=kinds)
    kind = request.POST.get("accept_all")
    if kind in ("", *IssueKind.values):
        return accept_proposals(batch, by=request.user, wanted=Q(kind=kind) if kind else Q())
    place = place_of(request.POST.get("accept", ""))
    if place:
        issue = RosterIssue.objects.within(request.scope).filter(batch=batch, number=place[0], key=place[1]).first()
        cells["typed"] |= {place: issue.proposal} if issue else {}
    return repair_cells(batch, by=request.user, **cells)


def _findings_address(request: ScopedRequest, pk: int) -> str:
    query = request.GET.copy()
    query["show"] = "wrong"
    return f"{reverse('rosters:batch', args=[pk])}?{query.urlencode()}#rows"


@requires(Action.IMPORT_ROSTER)
def replace(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take a mended file in place of the batch's own."""
    batch = _batch_in_reach(request, pk)
    form = MendedFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            replace_file(batch, form.cleaned_data["file"], by=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            tasks.check_roster.enqueue(batch.pk)
            return redirect("rosters:batch", batch.pk)
    return render(request, "rosters/replace.html", {"batch": batch, "form": form})


@require_GET
@requires(Action.IMPORT_ROSTER)
def annotated(request: ScopedRequest, pk: int) -> HttpResponse:
    """The batch's rows as a workbook with the wrong cells marked; after the import those that stayed behind."""
    batch = _batch_in_reach(request, pk)
    try:
        content = annotated_workbook(batch, by=request.user)
    except Refused as refusal:
        messages.error(request, fault_sentence(refusal.fault, refusal.detail))
        return redirect("rosters:batch", pk)
    name = _("%(name)s-未导入的行.xlsx") if batch.may_fetch_rest else _("%(name)s-标注.xlsx")
    name %= {"name": batch.filename.rpartition(".")[0] or batch.filename}
    disposition = content_disposition_header(True, name)
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": str(disposition)})


@requires(Action.IMPORT_ROSTER)
def undo(request: ScopedRequest, pk: int) -> HttpResponse:
    """Decide to take an import back, with the reason; the page that comes back with an error links here too."""
    batch = _batch_in_reach(request, pk)
    if request.method != "POST":
        return redirect(f"{reverse('rosters:batch', args=[pk])}?{request.GET.urlencode()}")
    form = UndoForm(request.POST)
    if form.is_valid():
        try:
            ask_to_undo(batch, by=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            tasks.undo_roster.enqueue(batch.pk)
            return redirect("rosters:batch", batch.pk)
    return _batch_page(request, batch, form)


def _batch_in_reach(request: ScopedRequest, pk: int) -> RosterBatch:
    return scoped_or_404(RosterBatch.objects.within(request.scope).select_related("uploaded_by"), pk=pk)


def _batch_page(
    request: ScopedRequest, batch: RosterBatch, form: ApplyForm | UndoForm, repair_form: RepairForm | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"batch": batch, "form": form, "is_own": batch.uploaded_by_id == request.user.pk}
    context["repair_form"] = repair_form
    context["kinds"] = [(kind.key, kind.title) for kind in KINDS.values()]
    if batch.state in (BatchState.CHECKED, BatchState.APPLIED, BatchState.UNDONE):
        context |= _findings(request, batch)
    if batch.state == BatchState.CHECKED:
        earlier = RosterBatch.objects.within(request.scope).applied_copies_of(batch)
        context["earlier"] = earlier.first()
        context["repairs"] = batch.repairs.count()
    if batch.may_undo:
        everywhere = request.scope.covers("places", "", ROLES_FOR[Action.IMPORT_ROSTER])
        context["may_undo"] = context["is_own"] or everywhere
    if batch.state == BatchState.APPLIED:
        context["parks"] = Park.objects.within(request.scope).filter(key__in=batch.parks[:20])
    return render(request, "rosters/batch.html", context)


def _findings(request: ScopedRequest, batch: RosterBatch) -> dict[str, Any]:
    """The rows of the outcome that the address asks for, or the cells that are wrong, of one kind or of all."""
    asked = request.GET.get("show", "")
    if batch.kept and asked in ("", "kept"):
        writes = RosterWrite.objects.within(request.scope).filter(batch=batch).exclude(kept="").select_related("park")
        return {"show": "kept", "page": keyset_page(writes, request.GET, order=("number",))}
    outcome = _outcome(asked, batch)
    if outcome == Outcome.WRONG:
        issues = RosterIssue.objects.within(request.scope).filter(batch=batch)
        kind = request.GET.get("kind", "")
        kind = kind if kind in IssueKind.values else ""
        page: Any = keyset_page(issues.filter(kind=kind) if kind else issues, request.GET, order=("number", "id"))
        proposals = issues.filter(kind=kind) if kind else issues
        _prepare_cells(page.rows, request)
        return {
            "show": outcome,
            "kind": kind,
            "page": page,
            "proposals": proposals.exclude(proposal="").count(),
            "alike": sum(batch.kinds.get(one, 0) for one in DECIDED),
        }
    rows = RosterRow.objects.within(request.scope).filter(batch=batch, outcome=outcome).select_related("park")
    found = keyset_page(rows, request.GET, order=("number",))
    sheets = {each["first"]: each["name"] for each in batch.sheets}
    for row in found.rows:
        row.sheet = sheets.get(row.number - row.line, "")
    return {"show": outcome, "page": found}


def _prepare_cells(issues: list[RosterIssue], request: ScopedRequest) -> None:
    """One field a cell, however much is wrong with it, holding what was typed if the form comes back."""
    seen: set[str] = set()
    for issue in issues:
        if not issue.is_mended:
            continue
        issue.is_first = issue.place not in seen
        issue.entered = request.POST.get(f"cell-{issue.place}", issue.typed)
        seen.add(issue.place)


def _outcome(asked: str, batch: RosterBatch) -> Outcome:
    if asked in Outcome.values:
        return Outcome(asked)
    by_weight = (Outcome.WRONG, Outcome.NEW, Outcome.CHANGED, Outcome.UNCHANGED)
    return next((outcome for outcome in by_weight if getattr(batch, outcome)), Outcome.UNCHANGED)
