"""Uploading a roster, and deciding to import it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from parkparty.core.scope import Scope
from parkparty.core.text import number_in
from parkparty.places.filters import PlaceField, places_in_reach
from parkparty.rosters.choices import ROWS_END, FileFault
from parkparty.rosters.columns import BY_KEY, COMPANIES, KINDS
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


class TemplateForm(forms.Form):
    """Which sheets the template has, and whose data fills them; nobody's when the place is left blank."""

    def __init__(self, *args: Any, reach: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*places_in_reach(reach), ("", _("不带数据，下载空白的表"))]
        place = PlaceField(required=False, label=_("园区或辖区"), widget=forms.Select(choices=choices))
        place.scope = reach
        self.fields["place"] = place
        self.fields["kind"] = forms.MultipleChoiceField(
            label=_("内容"),
            choices=[(kind.key, kind.title) for kind in KINDS.values()],
            required=False,
            widget=forms.CheckboxSelectMultiple,
            initial=[COMPANIES.key],
        )

    @property
    def kinds(self) -> list[str]:
        """The keys of the kinds of sheets that were asked for; companies when none was."""
        return self.cleaned_data["kind"] or [COMPANIES.key]


class ColumnsForm(forms.Form):
    """What each unmatched column of a batch means; undecided ones stay as they are."""

    UNDECIDED, SKIP = "", "-"

    def __init__(self, *args: Any, batch: RosterBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        for at, column in enumerate(batch.unmatched):
            columns = KINDS[column["kind"]].columns
            free = [(c.key, c.title) for c in columns if c.key not in column["matched"]]
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=column["title"],
                choices=[(self.UNDECIDED, _("暂不决定")), (self.SKIP, _("不导入")), *free],
                required=False,
                initial=self.SKIP if column["skipped"] else self.UNDECIDED,
                widget=forms.Select(attrs={"class": "form-select"}),
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


class MendedFileForm(UploadForm):
    """The same roster once more, mended."""

    prefix = "mended"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("改正后的文件")
        self.fields["file"].help_text = _("替换这个批次的文件并重新检查；在页面上做的改正不再保留。")


class RepairForm(forms.Form):
    """What was typed into the cells of a page of issues.

    The fields are named by row and column (``12-uscc``), so that a page from before the last check still says which
    cells it means.
    """

    LONGEST = 500

    def clean(self) -> dict[str, Any]:
        cells: dict[tuple[int, str], str] = {}
        for name, value in self.data.items():
            if (place := _place(name, "cell-")) and value.strip() != self.data.get(f"was-{place[0]}-{place[1]}", ""):
                cells[place] = value.strip()
        if any(len(value) > self.LONGEST or "\x00" in value for value in cells.values()):
            raise ValidationError(
                _("有单元格的内容超过 %(limit)s 个字，没有保存。缩短后再保存。") % {"limit": self.LONGEST}
            )
        everywhere = {place for name in self.data if (place := _place(name, "same-"))}
        left_out = {place[0] for name in self.data if (place := _place(name, "skip-"))}
        return {"typed": cells, "everywhere": everywhere, "left_out": left_out}


def _place(name: str, prefix: str) -> tuple[int, str] | None:
    """The row's number and the column's key in the name of a field."""
    typed, _dash, key = name.removeprefix(prefix).partition("-")
    number = number_in(typed) if name.startswith(prefix) and key in BY_KEY else None
    return None if number is None or number >= ROWS_END else (number, key)


def place_of(name: str) -> tuple[int, str] | None:
    """The cell that a button names, None when it names none."""
    return _place(name, "")


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
        help_text=_("有问题的行不导入，导入后可下载这些行，改正后另行上传。不勾选时，全部无误才能导入。"),
    )

    shrunk = forms.BooleanField(
        label=_("行数比上一次少，已核对"),
        required=False,
        help_text=_("名册中没有的企业保持原样，不会被删除，也不会停用。"),
    )

    def __init__(self, *args: Any, batch: RosterBatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not batch.rows_before:
            del self.fields["shrunk"]
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
