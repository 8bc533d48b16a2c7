"""Files whose row never came to be, and rows whose file is gone: what a process that died on its way leaves behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.utils import timezone

from parkparty.activities.models import ActivityAttachment, ActivityPhoto

FOLDERS = ("photos", "thumbnails", "attachments")
COLUMNS = ((ActivityPhoto, "file"), (ActivityPhoto, "thumbnail"), (ActivityAttachment, "file"))
KEPT_HOURS = 24
"""A younger file may belong to a transaction that is still open."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How many files without a row were deleted, and the files that rows name and the disk has not."""

    deleted: int
    missing: list[str]


def sweep_files() -> Swept:
    """Delete files older than a day that no photo or attachment names; find those that are named and missing."""
    named = set(_named())  # before the folders are read: what is added meanwhile is too young to be swept
    oldest = timezone.now() - dt.timedelta(hours=KEPT_HOURS)
    found, deleted = set(), 0
    for name in _stored():
        if name in named:
            found.add(name)
        elif default_storage.get_modified_time(name) < oldest:
            default_storage.delete(name)
            deleted += 1
    missing = (name for name in sorted(named - found) if _is_named(name) and not default_storage.exists(name))
    return Swept(deleted, list(missing))


def _named() -> Iterator[str]:
    for model, column in COLUMNS:
        yield from model.objects.exclude(**{column: ""}).values_list(column, flat=True).iterator()


def _is_named(name: str) -> bool:
    """Whether a row still names the file: it may have been taken away meanwhile."""
    return any(model.objects.filter(**{column: name}).exists() for model, column in COLUMNS)


def _stored() -> Iterator[str]:
    """All files below ``FOLDERS``, two levels deep as ``models`` names them."""
    for folder in FOLDERS:
        if not default_storage.exists(folder):
            continue
        for part in default_storage.listdir(folder)[0]:
            for name in default_storage.listdir(f"{folder}/{part}")[1]:
                yield f"{folder}/{part}/{name}"
