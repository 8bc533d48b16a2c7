"""Uploading a roster, and deciding to import it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from parkparty.rosters.choices import FileFault
from parkparty.rosters.columns import COLUMNS
from parkparty.rosters.models import RosterBatch

MAX_MEGABYTES = 20


class UploadForm(forms.Form):
    """One file. What is in it is told by reading it, not by its name."""

    file = forms.FileField(
        label=_("名册文件"),
        help_text=_("可上传 .xlsx、.xls、.et、.ods、.csv 或 .txt，不超过 20 MB、20 万行。先检查，核对后再导入。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.et,.ods,.csv,.txt"}),
        error_messages={"required": _("选择要上传的名册文件。"), "empty": FileFault.EMPTY.label},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_MEGABYTES * 1024 * 1024:
            raise ValidationError(
                _("文件超过 %(limit)s MB。删去图片和名册以外的工作表，或拆成几个文件上传。") % {"limit": MAX_MEGABYTES}
            )
        return file


class ColumnsForm(forms.Form):
    """What each unmatched column of a batch means; undecided ones stay as they are."""

    UNDECIDED, SKIP = "", "-"

    def __init__(self, *args: Any, batch: RosterBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        matched = set(batch.seen.get("matched", []))
        free = [(c.key, c.title) for c in COLUMNS if c.key not in matched and not c.is_hidden]
        for at, column in enumerate(batch.unmatched):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column["title"],
                choices=[(self.UNDECIDED, _("暂不决定")), (self.SKIP, _("不导入")), *free],
                required=False,
                initial=self.SKIP if column["skipped"] else self.UNDECIDED,
            )

    @property
    def lines(self) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Each column beside its field."""
        return zip(self.batch.unmatched, self, strict=True)

    @property
    def meanings(self) -> dict[str, str]:
        """What was decided: title → key, blank for a column that is not imported."""
        chosen = (
            (column["title"], self.cleaned_data[f"column_{at}"]) for at, column in enumerate(self.batch.unmatched)
        )
        return {title: "" if key == self.SKIP else key for title, key in chosen if key != self.UNDECIDED}


class ApplyForm(forms.Form):
    """Why this roster is imported, and whether rows that are wrong may stay behind."""

    reason = forms.CharField(
        label=_("导入说明"),
        max_length=500,
        help_text=_("写明来源和用途，如“2026 年第三季度园区摸底”。记入操作记录。"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("写明这次导入的来源或用途，一句话即可。")},
    )
    good_rows_only = forms.BooleanField(
        label=_("先导入无错行"),
        required=False,
        help_text=_("有问题的行不导入，改正后另行上传。不勾选时，全部无误才能导入。"),
    )

    def __init__(self, *args: Any, batch: RosterBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not batch.wrong:
            del self.fields["good_rows_only"]


class UndoForm(forms.Form):
    """Why an import is taken back."""

    prefix = "undo"
    reason = forms.CharField(
        label=_("撤销说明"),
        max_length=500,
        help_text=_("写明原因，如“用错了上一季度的名册”。记入操作记录。"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("写明为什么撤销，一句话即可。")},
    )
