"""What a coverage page may be asked for by its address."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from parkparty.companies.choices import Denominator
from parkparty.core.dates import NOT_TOO_EARLY, today, year_of
from parkparty.coverage.choices import PLACE_DIMENSIONS, Dimension, TargetRate
from parkparty.coverage.figures import Node, Point
from parkparty.coverage.figures.changes import Comparison
from parkparty.coverage.figures.cross import dimensions_of
from parkparty.organizations.filters import PlainDate, PlainSelect
from parkparty.places.models import Park

WRONG_DAY = gettext_lazy("日期按 2026-11-21 的样子填写。")


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        widget=PlainDate(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        validators=[NOT_TOO_EARLY],
        error_messages={"invalid": WRONG_DAY},
    )


def _select() -> forms.Select:
    return PlainSelect(attrs={"class": "form-select"})


def _number(**attrs: str) -> forms.NumberInput:
    return forms.NumberInput(attrs={"class": "form-control", **attrs})


class CoverageOptionsForm(forms.Form):
    """The day and the denominator. What cannot be read is said, and today's operating companies are shown."""

    as_of = _day(gettext_lazy("截至日期"))
    denominator = forms.ChoiceField(
        label=gettext_lazy("口径（分母）"),
        choices=Denominator.choices,
        required=False,
        widget=_select(),
    )

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> CoverageOptionsForm:
        """The form with what an address asks for; what it leaves out is today and operating companies."""
        return cls(
            {
                "as_of": parameters.get("as_of") or today().isoformat(),
                "denominator": parameters.get("denominator") or Denominator.OPERATING,
            }
        )

    def clean_as_of(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["as_of"]
        if day and day > today():
            raise ValidationError(_("截至日期不晚于今天；今天以后的情况还没有发生。"))
        return day

    @property
    def day(self) -> dt.date:
        """The day asked for, or today."""
        self.full_clean()
        return self.cleaned_data.get("as_of") or today()

    @property
    def chosen(self) -> Denominator:
        """The denominator asked for, or operating companies."""
        self.full_clean()
        return Denominator(self.cleaned_data.get("denominator") or Denominator.OPERATING)


class SpanForm(forms.Form):
    """Two days, both included, and which companies count. What is left empty is ``first_day``, today and operating."""

    since = _day(gettext_lazy("从"))
    until = _day(pgettext_lazy("止于", "到"))
    denominator = forms.ChoiceField(label=gettext_lazy("口径（分母）"), choices=Denominator.choices, widget=_select())

    def __init__(self, parameters: Mapping[str, str], first_day: dt.date) -> None:
        self.first_day = first_day
        asked = {
            "since": parameters.get("since") or first_day.isoformat(),
            "until": parameters.get("until") or today().isoformat(),
            "denominator": parameters.get("denominator") or Denominator.OPERATING,
        }
        super().__init__(asked)

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        since, until = asked.get("since"), asked.get("until")
        if until and until > today():
            self.add_error("until", _("日期不晚于今天；今天以后的情况还没有发生。"))
        elif since and until and since > until:
            self.add_error("since", _("“从”不晚于“到”，把两个日期对调即可。"))
        return asked

    @property
    def asked(self) -> tuple[dt.date, dt.date, Denominator]:
        """What is asked for, or what stands for it where it cannot be read."""
        if not self.is_valid():
            return self.first_day, today(), Denominator.OPERATING
        found = self.cleaned_data
        return found["since"], found["until"], Denominator(found["denominator"])


class ChangesForm(SpanForm):
    """Two days and two denominators to compare; without any, this year of operating companies."""

    denominator = forms.ChoiceField(label=gettext_lazy("起点口径"), choices=Denominator.choices, widget=_select())
    then = forms.ChoiceField(label=gettext_lazy("终点口径"), choices=Denominator.choices, widget=_select())

    def __init__(self, parameters: Mapping[str, str]) -> None:
        super().__init__(parameters, year_of(today()).since)
        self.data = {**self.data, "then": parameters.get("then") or self.data["denominator"]}

    def comparison(self, node: Node) -> Comparison:
        """What is asked for; where it cannot be read, this year of operating companies."""
        since, until, denominator = self.asked
        then = Denominator(self.cleaned_data["then"]) if self.is_valid() else denominator
        return Comparison(node, since, until, denominator, then)


class PlanOptionsForm(CoverageOptionsForm):
    """What a plan may be asked for beside: whether companies without a full member may join a branch."""

    joins_empty = forms.BooleanField(
        label=gettext_lazy("没有正式党员的企业也编入联合党支部"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    @property
    def joins_empty_companies(self) -> bool:
        """Whether that box is ticked."""
        self.full_clean()
        return bool(self.cleaned_data.get("joins_empty"))


class CrossForm(forms.Form):
    """The two dimensions of a table. Without any, parks (of a park: industries) by how companies are covered."""

    rows = forms.ChoiceField(label=gettext_lazy("行"), widget=_select())
    columns = forms.ChoiceField(label=pgettext_lazy("复数", "列"), widget=_select())

    def __init__(self, parameters: Mapping[str, str], *, point: Point) -> None:
        first = Dimension.INDUSTRY if isinstance(point.node, Park) else Dimension.PARK
        asked = {
            "rows": parameters.get("rows") or first,
            "columns": parameters.get("columns") or Dimension.COVERAGE,
        }
        super().__init__(asked)
        self.cut = point.cut.as_query()
        for name in asked:
            offered = [(kind.value, kind.label) for kind in dimensions_of(point)]
            self.fields[name].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        names = [str(asked[name]) for name in ("rows", "columns") if name in asked]
        pair = set(names)
        if len(names) > len(pair):
            raise ValidationError(_("行和列选择不同的维度。"))
        if len(pair & PLACE_DIMENSIONS) > 1:
            raise ValidationError(_("园区和下级辖区只选一个，另一个换成别的维度。"))
        for name in pair & self.cut.keys():
            label = Dimension(name).label
            raise ValidationError(_("企业已经按“%(label)s”筛选，去掉这个筛选，或者换一个维度。") % {"label": label})
        return asked

    @property
    def chosen(self) -> tuple[Dimension, Dimension]:
        """The dimensions of rows and columns; where they cannot be read, those of an address without any."""
        if self.is_valid():
            return Dimension(self.cleaned_data["rows"]), Dimension(self.cleaned_data["columns"])
        return Dimension.PARK, Dimension.COVERAGE


class TargetForm(forms.Form):
    """A target in per cent with one decimal. Left empty, the target is taken back."""

    year = forms.IntegerField(label=gettext_lazy("年度"), min_value=2000, max_value=2100, widget=_number())
    rate = forms.ChoiceField(label=gettext_lazy("指标"), choices=TargetRate.choices, widget=_select())
    denominator = forms.ChoiceField(
        label=gettext_lazy("口径（分母）"),
        choices=Denominator.choices,
        initial=Denominator.OPERATING,
        widget=_select(),
    )
    percent = forms.DecimalField(
        label=gettext_lazy("目标（%），留空则取消"),
        required=False,
        min_value=decimal.Decimal("0.1"),
        max_value=100,
        decimal_places=1,
        widget=_number(step="0.1"),
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """What ``services.set_target`` is to be told."""
        asked = self.cleaned_data
        percent: decimal.Decimal | None = asked["percent"]
        return {
            "year": asked["year"],
            "rate": TargetRate(asked["rate"]),
            "denominator": Denominator(asked["denominator"]),
            "tenths": None if percent is None else int(percent * 10),
        }
