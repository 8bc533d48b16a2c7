"""A batch from upload to applied: each step one transaction, each write with its audit row."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.choices import Role
from parkparty.access.permissions import ROLES_FOR, Action, Denied, decide
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.models import Company
from parkparty.core.models import plan_for_much
from parkparty.core.scope import Scope
from parkparty.core.text import clean
from parkparty.organizations.models import Organization
from parkparty.places.models import Park
from parkparty.rosters.check.rows import Repairs
from parkparty.rosters.choices import BatchState, FileFault, Setback
from parkparty.rosters.models import RosterBatch, RosterIssue
from parkparty.rosters.plan.draft import Followed, Piece, issues_of
from parkparty.rosters.plan.roster import Plan, plan_book
from parkparty.rosters.services.checking import Cancelled, Findings, Progress, sum_up, tell_uploader
from parkparty.rosters.services.following import write_followers
from parkparty.rosters.services.kept import delete_file, digest_of, keeping
from parkparty.rosters.services.reading import Book, aliases_of, staged_book
from parkparty.rosters.services.traces import Traces, images_before
from parkparty.rosters.services.writing import write_drafts
from parkparty.rosters.sheets.limits import Refused
from parkparty.rosters.staging.bulk import analyze_new

COPY_PREFIX = "parkparty-roster-"
"""Of the copies that are read: what a killed process leaves is found by it."""
_RECORDED = ("rows", "new", "changed", "unchanged", "wrong")


def reach_of(user: User | None) -> Scope:
    """What ``user`` may import into; the command line without a user reaches the whole site.

    Raises:
        PermissionDenied: with the reason, for a user who imports nothing anywhere.
    """
    if user is None:
        return Scope.everything(Role.ADMINISTRATOR)
    scope = scope_of(user)
    decision = decide(scope, Action.IMPORT_ROSTER)
    if isinstance(decision, Denied):
        raise PermissionDenied(decision.reason)
    return scope.with_roles(ROLES_FOR[Action.IMPORT_ROSTER])


def receive_roster(file: File, *, by: User) -> RosterBatch:
    """Keep an uploaded file under a name of our own, with its hash: what is checked is what will be applied."""
    reach_of(by)
    batch = RosterBatch(uploaded_by=by)
    keep_file(batch, file)
    try:
        with transaction.atomic():
            batch.save()
            record(gettext_noop("上传名册"), batch, by=by)
    except BaseException:
        batch.file.delete(save=False)
        raise
    return batch


def keep_file(batch: RosterBatch, file: File) -> None:
    """Put an upload into the storage as the file of ``batch``, which is not saved yet."""
    batch.filename, batch.sha256 = clean(file.name or "")[-255:], digest_of(file.chunks())
    batch.file.save("roster", file, save=False)


def check_batch(number: int) -> RosterBatch:
    """Read and check the batch's file, and keep what was found for its page. Nothing else is written."""
    batch = RosterBatch.objects.select_related("uploaded_by").get(pk=number)
    try:
        progress = Progress(batch)
        with staged_file(batch, keeps=True) as book:
            _check(batch, book, progress)
    except Refused as refusal:
        with transaction.atomic():
            batch = locked(number)
            if progress.is_of(batch):
                batch.state, batch.fault = BatchState.UNREADABLE, refusal.fault
                batch.fault_detail, batch.seen = refusal.detail[:200], refusal.seen
                batch.save()
                tell_uploader(batch)
    except Cancelled:
        pass
    return RosterBatch.objects.select_related("uploaded_by").get(pk=number)


def _check(batch: RosterBatch, book: Book, progress: Progress) -> None:
    progress.read(book.rows)
    plan = plan_book(book.rosters, reach=reach_now(batch), day=day_of(batch))
    findings = Findings(batch)
    for piece in plan.pieces():
        findings.keep(piece)
        progress.checked(len(piece))
    with transaction.atomic():
        batch = locked(batch.pk)
        if progress.is_of(batch):
            batch.setback = Setback.NONE
            sum_up(batch, plan, book.seen)
            tell_uploader(batch)


@transaction.atomic
def cancel_check(batch: RosterBatch, *, by: User) -> RosterBatch:
    """Stop a check that is under way or waits for its turn; the file stays, and it can be checked again.

    Raises:
        ValidationError: when the batch is not being checked.
    """
    batch = own(locked(batch.pk), by)
    if batch.state != BatchState.CHECKING:
        raise ValidationError(_("这个批次不在检查中：%(state)s。") % {"state": batch.get_state_display()})
    batch.state = BatchState.CANCELLED
    batch.save()
    record(gettext_noop("取消检查名册"), batch, by=by)
    return batch


def give_up_check(number: int) -> None:
    """Say on the batch's page that checking failed, so that nobody waits for it."""
    RosterBatch.objects.filter(pk=number, state=BatchState.CHECKING).update(
        state=BatchState.UNREADABLE, fault=FileFault.FAILED, step_at=timezone.now()
    )


@transaction.atomic
def restart_check(batch: RosterBatch, *, by: User) -> RosterBatch:
    """Have a batch checked again: against newer data, or because its task died.

    Raises:
        ValidationError: while it is being worked on, or when it is done with.
    """
    batch = own(locked(batch.pk), by)
    waits = batch.state in (BatchState.CHECKED, BatchState.CANCELLED) or batch.may_assign
    if not waits and not (batch.is_stuck and batch.applied_at is None):
        raise ValidationError(_("这个批次现在不能重新检查：%(state)s。") % {"state": batch.get_state_display()})
    batch.state, batch.fault, batch.fault_detail = BatchState.CHECKING, "", ""
    batch.begun_at = None
    batch.save()
    return batch


@transaction.atomic
def ask_to_apply(
    batch: RosterBatch, *, by: User, reason: str, good_rows_only: bool, shrunk: bool = False
) -> RosterBatch:
    """Decide that a checked batch be applied, with the reason that the audit trail keeps.

    ``shrunk`` says that a roster with far fewer rows than the last one is meant so.

    Raises:
        ValidationError: when there is nothing to write, the batch is past that, or something stands in the way.
    """
    reach_of(by)
    batch = own(locked(batch.pk), by)
    if not batch.may_apply:
        raise ValidationError(_("这个批次现在不能导入：%(state)s。") % {"state": batch.get_state_display()})
    if batch.wrong and not good_rows_only:
        raise ValidationError(
            {"good_rows_only": _("有 %(n)s 行有问题。改正后重新上传，或勾选“先导入无错行”。") % {"n": batch.wrong}}
        )
    if batch.rows_before and not shrunk:
        told = {"n": batch.rows, "before": batch.rows_before}
        raise ValidationError({"shrunk": _("这次 %(n)s 行，上一次 %(before)s 行。核对文件完整后勾选此项。") % told})
    batch.state, batch.setback = BatchState.APPLYING, Setback.NONE
    batch.reason, batch.good_rows_only = reason, good_rows_only
    batch.save()
    return batch


def apply_batch(number: int) -> RosterBatch:
    """Write a batch that was asked for: all of it in one transaction, or nothing, and then the batch says why.

    Everything is checked again on live data. Where the result is not what the reader was shown, nothing is written and
    it is checked anew for a second look.
    """
    try:
        with staged_file(RosterBatch.objects.get(pk=number)) as book:
            _apply(number, book)
    except Stale:
        _call_off(number, state=BatchState.CHECKING)
        check_batch(number)
        RosterBatch.objects.filter(pk=number, state=BatchState.CHECKED).update(setback=Setback.STALE)
    except Refused as refusal:
        _call_off(number, state=BatchState.UNREADABLE, fault=refusal.fault, fault_detail=refusal.detail[:200])
    except IntegrityError:
        _call_off(number, state=BatchState.CHECKED, setback=Setback.FAILED)
    except BaseException:
        _call_off(number, state=BatchState.CHECKED, setback=Setback.FAILED)
        raise
    return RosterBatch.objects.get(pk=number)


class Stale(Exception):
    """The site changed since the batch was checked: what would be written is not what was shown."""


@transaction.atomic
def _apply(number: int, book: Book) -> None:
    batch = locked(number)
    if batch.state != BatchState.APPLYING:
        return
    reach = reach_now(batch)
    wait_for_others(reach)
    plan_for_much()
    plan, traces = plan_book(book.rosters, reach=reach, day=day_of(batch)), Traces(batch)
    for piece in plan.pieces():
        _write(piece, batch, traces)
    if plan.digest != batch.digest:
        raise Stale
    _finish(batch, by=batch.uploaded_by)


def import_at_once(
    book: Book, *, filename: str, digest: str, by: User | None
) -> tuple[Plan, list[RosterIssue], RosterBatch | None]:
    """Check and apply in one go, for the command line: a roster with any error writes nothing and leaves no batch."""
    reach, issues = reach_of(by), []
    batch = RosterBatch(uploaded_by=by, filename=filename[-255:], sha256=digest, uploaded_at=timezone.now())
    with transaction.atomic():
        wait_for_others(reach)
        plan_for_much()
        plan = plan_book(book.rosters, reach=reach, day=day_of(batch))
        batch.save()
        findings, traces = Findings(batch), Traces(batch)
        for piece in plan.pieces():
            issues += issues_of(piece)
            if not issues:
                findings.keep(piece)
                _write(piece, batch, traces)
        if issues:
            transaction.set_rollback(True)
            return plan, issues, None
        sum_up(batch, plan, book.seen)
        _finish(batch, by=by)
    return plan, issues, batch


@contextmanager
def kept_copy(batch: RosterBatch) -> Iterator[Path]:
    """A copy of the kept file, made while its hash is compared: nobody can change it while it is read.

    Raises:
        Refused: when the file is gone or not the one that was uploaded.
    """
    with tempfile.NamedTemporaryFile(prefix=COPY_PREFIX) as copy:
        try:
            with batch.file.open("rb") as kept:
                copy.writelines(kept.chunks())
        except (OSError, ValueError) as lost:
            raise Refused(FileFault.CHANGED) from lost
        copy.flush()
        copy.seek(0)
        if digest_of(iter(lambda: copy.read(2**20), b"")) != batch.sha256:
            raise Refused(FileFault.CHANGED)
        yield Path(copy.name)


@contextmanager
def staged_file(batch: RosterBatch, *, keeps: bool = False) -> Iterator[Book]:
    """The rows of the batch's file as values, with what was typed on the page; ``keeps`` those that were read."""
    aliases, repairs = aliases_of(batch.uploaded_by), repairs_of(batch)
    with (
        kept_copy(batch) as path,
        keeping(batch, aliases) if keeps else nullcontext() as keep,
        staged_book(path, filename=batch.filename, aliases=aliases, repairs=repairs, keep=keep) as book,
    ):
        yield book


def repairs_of(batch: RosterBatch) -> Repairs:
    """What was typed in place of the batch's cells."""
    return {(repair.number, repair.key): repair.value for repair in batch.repairs.all()}


def _write(piece: Piece, batch: RosterBatch, traces: Traces) -> None:
    if isinstance(piece, Followed):
        write_followers(batch, piece)
        return
    drafts = [planned.draft for planned in piece if planned.draft]
    before = images_before(drafts)
    traces.keep(drafts, before, write_drafts(drafts))


def _finish(batch: RosterBatch, *, by: User | None) -> None:
    """Say that a batch is written. Its file goes, unless rows of it stayed behind and may be fetched from it."""
    analyze_new(Company._meta.db_table, Organization._meta.db_table)
    storage, name = batch.file.storage, "" if batch.wrong else batch.file.name
    batch.state, batch.applied_at = BatchState.APPLIED, timezone.now()
    if name:
        batch.file = ""
    batch.forget_samples()
    batch.save()
    changes = {field: [None, getattr(batch, field)] for field in _RECORDED}
    record(gettext_noop("导入名册"), batch, by=by, changes=changes, reason=batch.reason)
    if name:
        transaction.on_commit(lambda: delete_file(storage, name))


def locked(number: int) -> RosterBatch:
    """The batch, held until the transaction ends."""
    return RosterBatch.objects.select_for_update(of=("self",)).select_related("uploaded_by", "undone_by").get(pk=number)


def own(batch: RosterBatch, user: User) -> RosterBatch:
    """Hold a batch to whoever uploaded it: what it may write was worked out from their reach."""
    if batch.uploaded_by_id != user.pk:
        raise PermissionDenied(_("这份名册由上传人导入。需要时自己上传一份。"))
    return batch


def reach_now(batch: RosterBatch) -> Scope:
    """What the batch's uploader may import into at this moment; nothing when the right was withdrawn meanwhile."""
    try:
        return reach_of(batch.uploaded_by)
    except PermissionDenied:
        return Scope()


def wait_for_others(reach: Scope) -> None:
    """Let one import at a time write into a park: two that know nothing of each other could found a branch twice."""
    parks = Park.objects.within(reach).select_for_update(no_key=True)
    list(parks.order_by("pk").values_list("pk", flat=True))


def day_of(batch: RosterBatch) -> dt.date:
    """The day that rows speak of which do not say any."""
    return timezone.localdate(batch.uploaded_at)


def _call_off(number: int, **values: str) -> None:
    RosterBatch.objects.filter(pk=number, state=BatchState.APPLYING).update(step_at=timezone.now(), **values)
