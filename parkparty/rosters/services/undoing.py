"""An import taken back: what it made goes, what it changed is restored, and what was edited since stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.access.choices import Role
from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.copying import in_pieces
from parkparty.core.scope import Scope
from parkparty.organizations.choices import OfficerPost
from parkparty.organizations.models import Officer
from parkparty.places.models import Park
from parkparty.rosters.check.known import AT_ONCE
from parkparty.rosters.choices import BatchState, Kept, Setback
from parkparty.rosters.models import RosterBatch, RosterWrite
from parkparty.rosters.services.batches import locked, reach_of, wait_for_others
from parkparty.rosters.services.traces import Image, Key, fingerprints_now, keys_within, written_rows

_AT_ONCE = 1_000


@transaction.atomic
def ask_to_undo(batch: RosterBatch, *, by: User, reason: str) -> RosterBatch:
    """Decide that an import be taken back, with the reason that the audit trail keeps.

    Raises:
        PermissionDenied: for another than the uploader, unless they administer every place.
        ValidationError: when it was not written, is undone already, or was written too long ago.
    """
    batch = locked(batch.pk)
    if batch.uploaded_by_id != by.pk and not scope_of(by).covers("places", "", (Role.ADMINISTRATOR,)):
        raise PermissionDenied(_("这份名册由上传人撤销，或由全站管理员撤销。"))
    if not batch.may_undo:
        raise ValidationError(_("这个批次现在不能撤销：%(state)s。") % {"state": batch.get_state_display()})
    batch.state, batch.setback = BatchState.UNDOING, Setback.NONE
    batch.undo_reason, batch.undone_by = reason, by
    batch.save()
    return batch


def undo_batch(number: int) -> RosterBatch:
    """Take back a batch that this was asked for: in one transaction, or not at all, and then the batch says so.

    Rows of parks that whoever asked does not reach at this moment stay.
    """
    try:
        with transaction.atomic():
            batch = locked(number)
            if batch.state == BatchState.UNDOING:
                _undo(batch)
    except (IntegrityError, PermissionDenied):
        _call_off(number)
    except BaseException:
        _call_off(number)
        raise
    return RosterBatch.objects.get(pk=number)


def _call_off(number: int) -> None:
    RosterBatch.objects.filter(pk=number, state=BatchState.UNDOING).update(
        state=BatchState.APPLIED, setback=Setback.UNDO, step_at=timezone.now()
    )


def _undo(batch: RosterBatch) -> None:
    reach = reach_of(batch.undone_by)
    wait_for_others(reach)
    trail = Trail(written_rows(batch))
    trail.keep_beyond(reach)
    trail.keep_edited()
    trail.keep_needed()
    trail.keep_taken()
    _take_back(trail)
    kept = [write for write in trail.writes if write.kept]
    _keep(batch, kept)
    batch.state, batch.undone_at = BatchState.UNDONE, timezone.now()
    batch.undone, batch.kept = len(trail.writes) - len(kept), len(kept)
    batch.save()
    changes = {"undone": [None, batch.undone], "kept": [None, batch.kept]}
    record(gettext_noop("撤销名册导入"), batch, by=batch.undone_by, changes=changes, reason=batch.undo_reason)


def _keep(batch: RosterBatch, kept: list[RosterWrite]) -> None:
    """Keep these rows, each by itself and under its name, and forget all others."""
    for some in in_pieces(kept, AT_ONCE):
        rows = batch.checked_rows.filter(number__in=[write.number for write in some])
        names = dict(rows.values_list("number", "name"))
        for write in some:
            write.name = names.get(write.number, write.name)
    batch.writes.all().delete()
    RosterWrite.objects.bulk_create(kept, batch_size=_AT_ONCE)


@dataclass
class Trail:
    """What a batch wrote, row by row, and which rows have to stay."""

    writes: list[RosterWrite]
    owner: dict[Key, RosterWrite] = field(default_factory=dict)
    made: dict[type[models.Model], list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for write in self.writes:
            for label, key, before, _after in write.parts:
                self.owner[label, key] = write
                if before is None:
                    self.made[apps.get_model(label)].append(key)

    def keep_beyond(self, reach: Scope) -> None:
        """Keep rows of parks that are no longer in reach, and of no park whose records are not."""
        parks = set(Park.objects.within(reach).values_list("pk", flat=True))
        placeless = {key: write for key, write in self.owner.items() if write.park_id is None}
        lost = {placeless[key].number for key in placeless.keys() - keys_within(reach, placeless)}
        for write in self.writes:
            if write.number in lost or write.park_id not in parks | {None}:
                write.kept = Kept.OUT_OF_REACH

    def keep_edited(self) -> None:
        """Keep rows of which anything was edited or removed since."""
        now = fingerprints_now(self.owner)
        for write in self.writes:
            if not write.kept and any(now.get((label, key)) != after for label, key, _before, after in write.parts):
                write.kept = Kept.EDITED

    def keep_needed(self) -> None:
        """Keep rows that made what must stay: something later leans on it, or a kept row does, and so on."""
        leaning = list(self._leaning())
        waiting = True
        while waiting:
            waiting = False
            for source, target in leaning:
                holder, made_by = self.owner.get(source), self.owner[target]
                if not made_by.kept and (holder is None or holder.kept):
                    made_by.kept = Kept.NEEDED
                    waiting = True

    def keep_taken(self) -> None:
        """Keep rows that ended the post of a secretary whom somebody has followed since."""
        label = Officer._meta.label_lower
        ours = {key: write for (of, key), write in self.owner.items() if of == label and not write.kept}
        before = {key: part for write in ours.values() for _label, key, part, _after in write.parts if part}
        held = {key: each["organization_id"] for key, each in before.items() if each["until"] is None}
        secretaries = Officer.objects.filter(post=OfficerPost.SECRETARY, until__isnull=True)
        followed = secretaries.filter(organization__in=held.values()).exclude(pk__in=ours)
        taken = set(followed.values_list("organization_id", flat=True))
        for key, organization in held.items():
            if before[key]["post"] == OfficerPost.SECRETARY and organization in taken:
                ours[key].kept = Kept.TAKEN

    def _leaning(self) -> Iterable[tuple[Key, Key]]:
        """Every row of any table that points at an object made here: the row, and the object."""
        for model, keys in self.made.items():
            for relation in model._meta.related_objects:
                if relation.on_delete is models.DO_NOTHING:  # kept by the database, and goes with its object
                    continue
                there, name = relation.related_model, relation.field.attname
                for some in in_pieces(keys, AT_ONCE):
                    rows = there._base_manager.filter(**{f"{name}__in": some}).values_list("pk", name)
                    for key, target in rows:
                        yield (there._meta.label_lower, key), (model._meta.label_lower, target)


def _take_back(trail: Trail) -> None:
    """Made objects go first, so that what is restored finds its place free; the database checks keys at the end."""
    stay = {key for key, write in trail.owner.items() if write.kept}
    for model, keys in trail.made.items():
        for some in in_pieces((key for key in keys if (model._meta.label_lower, key) not in stay), AT_ONCE):
            rows = model._base_manager.filter(pk__in=some)
            rows._raw_delete(rows.db)
    images: dict[type[models.Model], dict[int, Image]] = defaultdict(dict)
    for write in trail.writes:
        for label, key, before, _after in write.parts:
            if before is not None and not write.kept:
                images[apps.get_model(label)][key] = before
    for model, rows_before in images.items():
        _restore(model, rows_before)


def _restore(model: type[models.Model], images: dict[int, Image]) -> None:
    """Put the columns back that the images hold; the images of a table all hold the same."""
    held = next(iter(images.values())).keys() - {"path"}
    fields = {f.attname: f for f in model._meta.concrete_fields if f.attname in held}

    def stored(key: int, image: Image) -> models.Model:
        values: dict[str, Any] = {name: f.to_python(image[name]) for name, f in fields.items()}
        return model(pk=key, **values)

    rows = [stored(key, image) for key, image in images.items()]
    model._base_manager.bulk_update(rows, [f.name for f in fields.values()], batch_size=_AT_ONCE)
