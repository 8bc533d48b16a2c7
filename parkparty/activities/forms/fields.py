"""Fields that forms of activities share."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities.choices import MAX_PHOTOS
from parkparty.activities.documents import MAX_BYTES, Picture, UnreadablePhoto, picture_in
from parkparty.core.privacy import personal_numbers
from parkparty.core.text import clean

MAX_PEOPLE = 9999
TOO_MANY_PHOTOS = gettext_lazy("最多 %(limit)d 张照片，去掉几张再保存。")


class PhotosInput(forms.FileInput):
    """Several pictures at once."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Pictures, read and made small. One that cannot be kept is named with the reason, and so is every other."""

    widget = PhotosInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"})

    def clean(self, data: Any, initial: Any = None) -> list[Picture]:
        if len(data or []) > MAX_PHOTOS:
            raise ValidationError(TOO_MANY_PHOTOS % {"limit": MAX_PHOTOS})
        pictures, faults = {}, []
        for file in data or []:
            try:
                picture = self._picture(file)
                pictures[picture.sha256] = picture
            except UnreadablePhoto as fault:
                faults.append(_("“%(name)s”：%(fault)s") % {"name": clean(file.name), "fault": fault})
        if faults:
            raise ValidationError(faults)
        return list(pictures.values())

    def _picture(self, file: Any) -> Picture:
        if file.size > MAX_BYTES:
            raise UnreadablePhoto(_("超过 10 MB，缩小后再上传。"))
        return picture_in(file)


class PeopleField(forms.IntegerField):
    """A number of people, typed on a phone's digits."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.NumberInput(attrs={"inputmode": "numeric"})
        super().__init__(min_value=0, max_value=MAX_PEOPLE, widget=widget, **kwargs)


class SeveralField(forms.ModelMultipleChoiceField):
    """Several rows by their keys. A key that no database could hold is an unknown choice, not a fault of the query."""

    def clean(self, value: Any) -> Any:
        keys = cast("models.QuerySet", self.queryset).model._meta.pk
        for key in value or ():
            try:
                ProhibitNullCharactersValidator()(key)
                keys.clean(key, None)
            except ValidationError as unknown:
                message = self.error_messages["invalid_choice"]
                raise ValidationError(message, code="invalid_choice", params={"value": key}) from unknown
        return super().clean(value)


def check_free_text(form: forms.BaseForm, name: str) -> None:
    """Refuse numbers that point to a person: the system keeps counts, not people."""
    found = personal_numbers(form.cleaned_data.get(name) or "")
    if found:
        numbers = _("、").join(number.masked for number in found)
        form.add_error(name, _("其中有指向个人的号码（%(numbers)s），删去后再保存。") % {"numbers": numbers})
