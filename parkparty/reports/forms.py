"""What may be asked for: a period, a format, and the paragraph that the office writes itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.accounts.models import User
from parkparty.core.dates import Period, month_of, period_before, period_named, quarter_of, today, year_of
from parkparty.core.privacy import personal_numbers
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node
from parkparty.organizations.models import Organization
from parkparty.reports.choices import Every, FileFormat, ReportKind, period_label


class PeriodField(forms.CharField):
    """A period by its name: 2017-07, 2017Q3, 2017H2 or 2017. Left empty, it is the last full quarter."""

    how_to_write = gettext_lazy("报告期写成 2017-07（月）、2017Q3（季度）、2017H2（半年）或 2017（年）。")

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        told = {"required": self.how_to_write}
        super().__init__(required=required, max_length=7, label=gettext_lazy("报告期"), error_messages=told, **options)

    def clean(self, value: Any) -> Period:
        text = super().clean(value).upper()
        try:
            period = period_named(text) if text else period_before(quarter_of(today()))
        except ValueError as unknown:
            raise ValidationError(self.how_to_write) from unknown
        if period.since > today():
            raise ValidationError(_("报告期还没有开始，选已经开始的月份、季度或年份。"))
        return period


def periods_on_offer() -> list[tuple[str, str]]:
    """The quarters of the last two years, and the last months and years, as values and names."""
    quarter, month, year = quarter_of(today()), month_of(today()), year_of(today())
    offered = [period_before(quarter), quarter]
    for _n in range(6):
        offered.append(period_before(offered[-1] if len(offered) > 2 else offered[0]))
    for _n in range(6):
        offered.append(month)
        month = period_before(month)
    offered += [year, period_before(year)]
    return [(period.name, period_label(period)) for period in offered]


class PeriodForm(forms.Form):
    """A form that asks for a period, with those on offer to choose from."""

    period = PeriodField(widget=forms.Select(attrs={"class": "form-select"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].widget.choices = periods_on_offer()


class MakeForm(PeriodForm):
    """A report to be generated and the form it is wanted in."""

    field_order = ("kind", "period", "format")

    kind = forms.ChoiceField(
        label=gettext_lazy("报告"),
        choices=ReportKind.choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("格式"),
        choices=FileFormat.choices,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args: Any, node: Node | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if node is not None and not isinstance(node, Organization):
            choices = [choice for choice in ReportKind.choices if choice[0] != ReportKind.SECRETARY]
            self.fields["kind"].widget.choices = choices

    @property
    def chosen_kind(self) -> ReportKind:
        """What is asked for, or the report of coverage."""
        return ReportKind(self.cleaned_data.get("kind") or ReportKind.COVERAGE)

    @property
    def chosen(self) -> FileFormat:
        """The format asked for, or Word."""
        return FileFormat(self.cleaned_data.get("format") or FileFormat.DOCX)


class WorkReportForm(PeriodForm):
    """The period that a secretary speaks of, usually a year."""

    chosen_kind, chosen = ReportKind.SECRETARY, FileFormat.DOCX

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["period"].initial = year_of(today()).name


class MailingForm(forms.Form):
    """A report to be sent after every period."""

    kind = forms.ChoiceField(
        label=gettext_lazy("报告"),
        choices=[choice for choice in ReportKind.choices if choice[0] != ReportKind.PUBLIC],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    every = forms.ChoiceField(
        label=gettext_lazy("多久一次"),
        choices=Every.choices,
        initial=Every.QUARTER,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    format = forms.ChoiceField(
        label=gettext_lazy("格式"), choices=FileFormat.choices, widget=forms.Select(attrs={"class": "form-select"})
    )
    recipients = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=gettext_lazy("收件人"),
        help_text=gettext_lazy("范围内的账号，可选几个；每人只收到自己看得到的部分。"),
        widget=forms.SelectMultiple(attrs={"class": "form-select", "size": 8}),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.within(scope).filter(is_active=True)
        self.fields["recipients"].queryset = people.order_by("display_name", "username")  # type: ignore[attr-defined]


class LayoutForm(forms.Form):
    """A layout of Word to be uploaded."""

    name = forms.CharField(
        label=gettext_lazy("模板名称"), max_length=60, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("用于哪一种报告"),
        choices=ReportKind.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    file = forms.FileField(
        label=gettext_lazy("模板文件（.docx，不超过 2 MB）"),
        widget=forms.ClearableFileInput(attrs={"class": "form-control", "accept": ".docx"}),
    )


class CloseForm(PeriodForm):
    """A period to be closed, and whether units below may be missing."""

    with_gaps = forms.BooleanField(
        label=gettext_lazy("带缺口截止"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


class ReasonForm(forms.Form):
    """Why a period is opened again, or a public edition stays in the office: one line, which some decisions need."""

    reason = forms.CharField(max_length=300, required=False)


class MeasuresForm(forms.Form):
    """What the office does next, in its own words."""

    text = forms.CharField(
        label=gettext_lazy("下一步措施"),
        help_text=gettext_lazy("写进报告正文，下一期沿用到再次修改为止。"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 6}),
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].strip()
        found = personal_numbers(text)
        if found:
            shown = _("、").join(number.masked for number in found)
            raise ValidationError(_("措施里有身份证号、手机号或银行卡号：%(shown)s，删去后再保存。") % {"shown": shown})
        return text
