"""Photos and documents that belong to an activity."""

from __future__ import annotations

import uuid
from pathlib import PurePath

from django.db import models
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.activities.models.records import Activity
from parkparty.activities.querysets import ActivityFileQuerySet


def photo_path(photo: ActivityPhoto, filename: str) -> str:
    """A name of the server's making: nothing of what the sender called the file."""
    return _path_in("photos", "jpg")


def thumbnail_path(photo: ActivityPhoto, filename: str) -> str:
    """A name that tells nothing of its photo's."""
    return _path_in("thumbnails", "jpg")


def _path_in(folder: str, ending: str) -> str:
    name = uuid.uuid4().hex
    return f"{folder}/{name[:2]}/{name}.{ending}"


class ActivityPhoto(models.Model):
    """A photo, turned upright and written anew without any metadata; shown only through a view that checks rights."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name=_("活动"), related_name="photos")
    file = models.ImageField(_("照片"), upload_to=photo_path, width_field="width", height_field="height")
    thumbnail = models.FileField(
        _("缩略图"), upload_to=thumbnail_path, blank=True, default="", db_default="", editable=False
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ActivityFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("照片")
        verbose_name_plural = pgettext_lazy("复数", "照片")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["activity", "sha256"], name="activities_photo_once")]

    def __str__(self) -> str:
        return f"{self.activity} #{self.pk}"

    @property
    def files(self) -> tuple[FieldFile, ...]:
        """All that it has on the disk."""
        return self.file, self.thumbnail


def ending_of(name: str) -> str:
    """What follows the last dot of a file's name, in small letters."""
    return PurePath(name).suffix.removeprefix(".").lower()


def attachment_path(attachment: ActivityAttachment, filename: str) -> str:
    """A name of the server's making; the ending is one of ``documents.attachments.ENDINGS``."""
    return _path_in("attachments", ending_of(attachment.name))


class ActivityAttachment(models.Model):
    """A document kept as it came, never opened by the site, and given out only to be saved."""

    activity = models.ForeignKey(Activity, models.CASCADE, verbose_name=_("活动"), related_name="attachments")
    file = models.FileField(_("附件"), upload_to=attachment_path)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.PositiveIntegerField(_("字节数"), editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = ActivityFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = pgettext_lazy("复数", "附件")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["activity", "sha256"], name="activities_attachment_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def files(self) -> tuple[FieldFile, ...]:
        """All that it has on the disk."""
        return (self.file,)
