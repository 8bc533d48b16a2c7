"""One file, sent while the rest of its record is still being written."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parkparty.activities.forms.fields import AttachmentsField, PhotosField
from parkparty.core.forms import faults_of


class FileForm(forms.Form):
    """What the page of a record sends for a photo or a document that was just chosen."""

    photos = PhotosField(required=False)
    attachments = AttachmentsField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not (self.errors or any(data.values())):
            raise ValidationError(_("选一个文件再上传。"))
        return data

    @property
    def told(self) -> str:
        """All that is wrong, in one line."""
        return faults_of(self)
