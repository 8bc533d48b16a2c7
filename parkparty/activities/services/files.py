"""Writes of photos and attachments; a file goes when it is certain that its row has gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.choices import MAX_ATTACHMENTS, MAX_PHOTOS, TOO_MANY_ATTACHMENTS, TOO_MANY_PHOTOS, Step
from parkparty.activities.documents import Picture
from parkparty.activities.documents.attachments import Attachment
from parkparty.activities.models import Activity, ActivityAttachment, ActivityPhoto
from parkparty.activities.services.guards import check_step, locked_now
from parkparty.activities.services.trail import begin_change
from parkparty.audit.services import record
from parkparty.core.scope import Scope

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise


@dataclass(frozen=True, slots=True)
class Kind:
    """Files that hang on a record: where, how many at most, and what is said of it."""

    relation: str
    most: int
    too_many: StrOrPromise
    action: str


PHOTOS = Kind("photos", MAX_PHOTOS, TOO_MANY_PHOTOS, gettext_noop("增减照片"))
ATTACHMENTS = Kind("attachments", MAX_ATTACHMENTS, TOO_MANY_ATTACHMENTS, gettext_noop("增减附件"))


def change_photos(
    activity: Activity,
    *,
    add: Iterable[Picture] = (),
    drop: Iterable[ActivityPhoto] = (),
    by: User,
    scope: Scope,
    quietly: bool = False,
) -> None:
    """Add photos, those already there left out, and take others away; their files go when the change is certain.

    The version of the record stays: its form may be open meanwhile. ``quietly`` is as for ``save_activity``.

    Raises:
        PermissionDenied: when the record is not ``by``'s to edit.
        StaleActivity: when the record was taken away.
        ValidationError: past ``MAX_PHOTOS``.
    """
    new = {picture.sha256: {"file": _named(picture.jpeg), "thumbnail": _named(picture.thumbnail)} for picture in add}
    _change(activity, PHOTOS, new, list(drop), by=by, scope=scope, quietly=quietly)


def change_attachments(
    activity: Activity,
    *,
    add: Iterable[Attachment] = (),
    drop: Iterable[ActivityAttachment] = (),
    by: User,
    scope: Scope,
    quietly: bool = False,
) -> None:
    """Add attachments and take others away, as ``change_photos`` does with photos."""
    new = {
        document.sha256: {"file": _named(document.content), "name": document.name, "size": len(document.content)}
        for document in add
    }
    _change(activity, ATTACHMENTS, new, list(drop), by=by, scope=scope, quietly=quietly)


@transaction.atomic
def _change(
    activity: Activity,
    kind: Kind,
    new: dict[str, dict[str, Any]],
    dropped: list[Any],
    *,
    by: User,
    scope: Scope,
    quietly: bool,
) -> None:
    """Write ``new`` rows, by the sum of their file, and take ``dropped`` ones away."""
    activity = locked_now(activity)  # several are sent at once, and counted together
    check_step(activity, Step.EDIT, scope)
    rows = getattr(activity, kind.relation)
    kept = set(rows.exclude(pk__in=[row.pk for row in dropped]).values_list("sha256", flat=True))
    added = {digest: fields for digest, fields in new.items() if digest not in kept}
    if len(kept) + len(added) > kind.most:
        raise ValidationError({kind.relation: kind.too_many % {"limit": kind.most}})
    if not (added or dropped):
        return
    begin_change(activity, by=by, quietly=quietly)
    for row in dropped:
        _delete_on_commit(row)
        row.delete()
    for digest, fields in added.items():
        rows.create(sha256=digest, **fields)
    activity.save(update_fields=["unrecorded", "updated_at"])
    if activity.unrecorded is None:
        changes = {kind.relation: [len(kept) + len(dropped), len(kept) + len(added)]}
        record(kind.action, activity, by=by, changes=changes)


def _named(content: bytes) -> ContentFile:
    """A file to be kept: Django stores only what has a name, and the model gives it another."""
    return ContentFile(content, "file")


def delete_files_of(activity: Activity) -> None:
    """Take all files of a record that is being deleted off the disk once the transaction has gone through."""
    for row in (
        *ActivityPhoto.objects.filter(activity=activity),
        *ActivityAttachment.objects.filter(activity=activity),
    ):
        _delete_on_commit(row)


def _delete_on_commit(row: Any) -> None:
    """Take the files of ``row`` off the disk once the transaction has gone through."""
    for file in filter(None, row.files):
        transaction.on_commit(partial(file.storage.delete, str(file.name)))
