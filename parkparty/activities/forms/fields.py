"""Fields that forms of activities share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities.choices import MAX_ATTACHMENTS, MAX_PHOTOS, TOO_MANY_ATTACHMENTS, TOO_MANY_PHOTOS
from parkparty.activities.documents import MAX_BYTES, Picture, RefusedFile, picture_in
from parkparty.activities.documents.attachments import ACCEPTED, Attachment, attachment_in
from parkparty.core.privacy import PersonalKind, personal_numbers
from parkparty.core.text import clean

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as StrOrPromise

MAX_PEOPLE = 9999


class SeveralFilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Several files, each read by ``read``. One that cannot be kept is named with the reason, and so is every other."""

    most: int
    too_many: StrOrPromise

    def read(self, file: Any) -> Any:
        """What is kept of ``file``; it has a ``sha256``. Raises ValueError with the reason why it is not kept."""
        raise NotImplementedError

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        if len(data or []) > self.most:
            raise ValidationError(self.too_many % {"limit": self.most})
        kept, faults = {}, []
        for file in data or []:
            try:
                if file.size > MAX_BYTES:
                    raise RefusedFile(_("超过 10 MB，缩小后再上传。"))
                read = self.read(file)
                kept[read.sha256] = read
            except RefusedFile as fault:
                faults.append(_("“%(name)s”：%(fault)s") % {"name": clean(file.name), "fault": fault})
        if faults:
            raise ValidationError(faults)
        return list(kept.values())


class PhotosField(SeveralFilesField):
    """Pictures, made small."""

    widget = SeveralFilesInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/heic,image/heif"})
    most, too_many = MAX_PHOTOS, TOO_MANY_PHOTOS

    def read(self, file: Any) -> Picture:
        return picture_in(file)


class AttachmentsField(SeveralFilesField):
    """Documents, as they came."""

    widget = SeveralFilesInput(attrs={"accept": ACCEPTED})
    most, too_many = MAX_ATTACHMENTS, TOO_MANY_ATTACHMENTS

    def read(self, file: Any) -> Attachment:
        return attachment_in(file)


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


class KeepsNumbers(forms.Form):
    """A form with free text: numbers that look like a person's stay only if the writer says that they are not."""

    keep_numbers = forms.BooleanField(
        label=gettext_lazy("这不是证件号、手机号或银行卡号，照原样保存"),
        required=False,
        help_text=gettext_lazy("例如设备编号。保存会留下记录；导出的文件里只有首尾几位。"),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    found_numbers = False


def check_free_text(form: Any, name: str) -> None:
    """Warn of numbers that may point to a person: the system keeps counts, not people.

    An identity number whose check digit is right is refused. Any other may be kept by a form that ``KeepsNumbers``.
    """
    found = personal_numbers(form.cleaned_data.get(name) or "")
    certain = [number for number in found if number.kind == PersonalKind.IDENTITY]
    numbers = _("、").join(number.masked for number in certain or found)
    if certain:
        form.add_error(name, _("其中有证件号码（%(numbers)s），删去后再保存。") % {"numbers": numbers})
    elif found and not isinstance(form, KeepsNumbers):
        form.add_error(name, _("其中有指向个人的号码（%(numbers)s），删去后再保存。") % {"numbers": numbers})
    elif found:
        form.found_numbers = True
        if not form.cleaned_data.get("keep_numbers"):
            fault = _("其中有像手机号或银行卡号的号码（%(numbers)s）。删去；不是个人号码的，勾选下面的说明再保存。")
            form.add_error(name, fault % {"numbers": numbers})
