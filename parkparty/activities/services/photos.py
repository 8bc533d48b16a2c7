"""Writes of photos; a file goes when it is certain that its row has gone."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.choices import MAX_PHOTOS, Step
from parkparty.activities.documents import Picture
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.activities.services.guards import check_step
from parkparty.audit.services import record
from parkparty.core.scope import Scope


@transaction.atomic
def change_photos(
    activity: Activity, *, add: Iterable[Picture] = (), drop: Iterable[ActivityPhoto] = (), by: User, scope: Scope
) -> None:
    """Add photos, those already there left out, and take others away; their files go when the change is certain.

    Raises:
        PermissionDenied: when the record is not ``by``'s to edit.
        ValidationError: past ``MAX_PHOTOS``.
    """
    Activity.objects.select_for_update().get(pk=activity.pk)  # several are sent at once, and counted together
    check_step(activity, Step.EDIT, scope)
    dropped = list(drop)
    for photo in dropped:
        delete_on_commit(photo)
        photo.delete()
    present = set(activity.photos.values_list("sha256", flat=True))
    added = {picture.sha256: picture.jpeg for picture in add if picture.sha256 not in present}
    if len(present) + len(added) > MAX_PHOTOS:
        raise ValidationError({"photos": _("最多 %(limit)d 张照片，去掉几张再保存。") % {"limit": MAX_PHOTOS}})
    for digest, jpeg in added.items():
        activity.photos.create(file=ContentFile(jpeg, "photo.jpg"), sha256=digest)
    if added or dropped:
        changes = {"photos": [len(present) + len(dropped), len(present) + len(added)]}
        record(gettext_noop("增减照片"), activity, by=by, changes=changes)


def delete_on_commit(photo: ActivityPhoto) -> None:
    storage, name = photo.file.storage, str(photo.file.name)
    transaction.on_commit(lambda: storage.delete(name))
