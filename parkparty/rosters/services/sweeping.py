"""What dead tasks and old imports leave behind, put right."""

from __future__ import annotations

import datetime as dt
import tempfile
from functools import partial
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from parkparty.rosters.choices import WRITTEN, BatchState, FileFault, Setback
from parkparty.rosters.models import STUCK_AFTER, UNAPPLIED_DAYS, UNDO_DAYS, RosterBatch, RosterWrite
from parkparty.rosters.services.batches import COPY_PREFIX
from parkparty.rosters.services.kept import SUFFIX, delete_file

_FORGOTTEN = dt.timedelta(hours=1)
"""No upload and no reading takes this long: a file that is older and that no batch names was left by a dead process."""

_SAID: dict[str, dict[str, str]] = {
    BatchState.CHECKING: {"state": BatchState.UNREADABLE, "fault": FileFault.FAILED},
    BatchState.APPLYING: {"state": BatchState.CHECKED, "setback": Setback.FAILED},
    BatchState.UNDOING: {"state": BatchState.APPLIED, "setback": Setback.UNDO},
}


@transaction.atomic
def settle_dead_batches() -> int:
    """Say of batches whose task died that nothing was written; returns how many. One that is at work is passed over."""
    stale = RosterBatch.objects.filter(state__in=_SAID, step_at__lt=timezone.now() - STUCK_AFTER)
    dead = list(stale.select_for_update(skip_locked=True).values_list("pk", "state"))
    for number, state in dead:
        RosterBatch.objects.filter(pk=number, state=state).update(step_at=timezone.now(), **_SAID[state])
    return len(dead)


@transaction.atomic
def drop_unapplied() -> int:
    """Give up rosters that nobody imported, with their files and all that was found in them; returns how many."""
    latest = timezone.now() - dt.timedelta(days=UNAPPLIED_DAYS)
    states = (BatchState.CHECKED, BatchState.UNREADABLE, BatchState.CANCELLED)
    old = RosterBatch.objects.filter(state__in=states, step_at__lt=latest).exclude(file="")
    batches = list(old.select_for_update(of=("self",), skip_locked=True))
    for batch in batches:
        for parts in (batch.checked_rows, batch.issues, batch.repairs):
            parts.all().delete()
        storage, name = batch.file.storage, batch.file.name or ""
        batch.state, batch.file, batch.kinds = BatchState.UNREADABLE, "", {}
        batch.fault, batch.fault_detail = FileFault.EXPIRED, str(UNAPPLIED_DAYS)
        batch.forget_samples()
        batch.save()
        transaction.on_commit(partial(delete_file, storage, name))
    return len(batches)


@transaction.atomic
def drop_rests() -> int:
    """Forget the rows that imports left behind and that nobody fetched in time; returns of how many batches."""
    latest = timezone.now() - dt.timedelta(days=UNDO_DAYS)
    old = RosterBatch.objects.filter(state__in=WRITTEN, applied_at__lt=latest).exclude(file="")
    batches = list(old.select_for_update(of=("self",), skip_locked=True))
    for batch in batches:
        storage, name = batch.file.storage, batch.file.name or ""
        batch.file = ""
        batch.save()
        transaction.on_commit(partial(delete_file, storage, name))
    return len(batches)


def delete_forgotten_files() -> int:
    """Delete uploads that no batch names and copies that no process reads any more; returns how many."""
    storage = RosterBatch._meta.get_field("file").storage
    latest = timezone.now() - _FORGOTTEN
    _directories, names = storage.listdir("rosters") if storage.exists("rosters") else ([], [])
    named = set(RosterBatch.objects.exclude(file="").values_list("file", flat=True))
    gone = [f"rosters/{name}" for name in names if f"rosters/{name}".removesuffix(SUFFIX) not in named]
    gone = [name for name in gone if storage.get_modified_time(name) < latest]
    for name in gone:
        storage.delete(name)
    copies = [path for path in Path(tempfile.gettempdir()).glob(f"{COPY_PREFIX}*") if _is_old(path, latest)]
    for path in copies:
        path.unlink(missing_ok=True)
    return len(gone) + len(copies)


def forget_old_writes() -> int:
    """Forget what rows were before imports that can be undone no more; returns how many rows."""
    latest = timezone.now() - dt.timedelta(days=UNDO_DAYS)
    count, _models = RosterWrite.objects.filter(batch__applied_at__lt=latest, kept="").delete()
    return count


def _is_old(path: Path, latest: dt.datetime) -> bool:
    try:
        return path.stat().st_mtime < latest.timestamp()
    except OSError:
        return False
