"""What a reader may ask of the pages of rules, and how a local rule is typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.core.dates import NOT_TOO_EARLY, add_months, today
from parkparty.core.scope import Scope
from parkparty.organizations.choices import OrganizationType
from parkparty.organizations.filters import TypedOrganizationField
from parkparty.rules.choices import NUMBERS, Every, RuleKind, Strength
from parkparty.rules.models import MAX_NUMBER, Rule

MAX_INCOME, MAX_STAFF, MAX_REVENUE = 10_000_000, 10_000_000, 1_000_000_000
"""Yuan a month, persons, 10,000 yuan a year: what lies above is a slip of the keys."""

WRONG_DAY = _("日期写成 2026-11-21 的样子。")


def _latest() -> dt.date:
    """The last day on which a local rule may begin: what lies beyond is a slip of the keys."""
    return add_months(today(), 60)


def _day_field(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        **options,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": WRONG_DAY, "required": _("填写日期。")},
    )


class RulesOnForm(forms.Form):
    """The day whose rules are shown."""

    as_of = _day_field(_("哪一天的规则"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].widget.attrs["class"] = "form-control"

    @property
    def day(self) -> dt.date:
        """The day asked for; today when none or none that can be read."""
        if self.is_valid() and self.cleaned_data["as_of"]:
            day: dt.date = self.cleaned_data["as_of"]
            return day
        return today()


class SentenceField(forms.CharField):
    """A line that may be long: all of it is seen while it is typed; where lines are broken, it goes on."""

    widget = forms.Textarea(attrs={"rows": 2})

    def to_python(self, value: Any) -> Any:
        return " ".join((super().to_python(value) or "").splitlines())


class LocalRuleForm(forms.Form):
    """A local rule in place of ``general``: the subtree, the numbers of its kind, the source and the first day."""

    organization = TypedOrganizationField(
        label=_("适用于哪个党组织及其下级（名称或组织代码）"),
        max_length=100,
        error_messages={"required": _("填写党组织的名称或组织代码。")},
    )
    name = SentenceField(label=_("规则的内容"), max_length=100, error_messages={"required": _("写明规则的内容。")})
    source = SentenceField(
        label=_("依据（文件名称和条款）"), max_length=200, error_messages={"required": _("写明依据的文件和条款。")}
    )
    since = _day_field(
        _("施行日期"),
        required=True,
        validators=[
            NOT_TOO_EARLY,
            MaxValueValidator(_latest, _("施行日期最多提前五年登记，核对年份后再填。")),
        ],
    )
    is_active = forms.BooleanField(label=_("在这个范围适用；去掉勾选表示不适用"), required=False)

    def __init__(self, data: Any = None, *, general: Rule, scope: Scope) -> None:
        self.general = general
        initial = {
            "name": general.name,
            "since": today(),
            "is_active": True,
            "every": general.every,
            "min_full_members": general.min_full_members,
        }
        super().__init__(data, initial=initial | dict(_numbers_of(general.parameters)))
        self.scope = scope
        organization: Any = self.fields["organization"]
        organization.scope = scope.with_roles(ROLES_FOR[Action.SET_RULE])
        if general.kind == RuleKind.PERIODIC_ACTIVITY:
            self.fields["every"] = forms.ChoiceField(label=_("周期"), choices=Every.choices)
            self.fields["min_full_members"] = _number_field(_("正式党员不少于（0 为都适用）"))
        for name, _number in _numbers_of(general.parameters):
            self.fields[name] = _number_field(_label(name))
        for field in self.fields.values():
            field.widget.attrs["class"] = _class_of(field.widget)

    def rule(self) -> Rule:
        """The local rule as typed, not yet saved. Only of a valid form."""
        typed, general = self.cleaned_data, self.general
        return Rule(
            name=typed["name"],
            name_en=general.name_en if typed["name"] == general.name else "",
            kind=general.kind,
            strength=Strength.LOCAL,
            source=typed["source"],
            activity_type=general.activity_type,
            every=typed.get("every", ""),
            min_full_members=typed.get("min_full_members", 0),
            parameters=_with_numbers(general.parameters, typed),
            is_active=typed["is_active"],
            since=typed["since"],
            overrides=general,
            organization=typed["organization"],
        )


class CalculatorForm(forms.Form):
    """One of ``rules`` and the numbers that it asks for. What is typed is read once and kept nowhere."""

    rule = forms.ChoiceField(label=_("按哪条规则"))

    def __init__(self, data: Any = None, *, rules: Sequence[Rule]) -> None:
        super().__init__(data)
        self.rules = {rule.code: rule for rule in rules}
        choices: Any = self.fields["rule"]
        choices.choices = [(rule.code, rule.label) for rule in rules]
        for field in self.fields.values():
            field.widget.attrs["class"] = _class_of(field.widget)

    @property
    def chosen(self) -> Rule:
        """The rule asked for. Only of a valid form."""
        return self.rules[self.cleaned_data["rule"]]


class DuesForm(CalculatorForm):
    """The income of a month."""

    income = forms.DecimalField(
        label=_("每月工资收入或养老金（税后，元）"),
        min_value=0,
        max_value=MAX_INCOME,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("invalid", "required", "min_value", "max_value", "max_decimal_places"),
            _("金额写成 3000 或 3000.01 的样子，不超过一千万元。"),
        ),
    )


class SizeForm(CalculatorForm):
    """What a company is sorted by."""

    staff = forms.IntegerField(
        label=_("从业人员（人）"),
        min_value=0,
        max_value=MAX_STAFF,
        error_messages=dict.fromkeys(("invalid", "required", "min_value", "max_value"), _("人数写成整数，例如 120。")),
    )
    revenue = forms.DecimalField(
        label=_("营业收入（万元）"),
        required=False,
        min_value=0,
        max_value=MAX_REVENUE,
        decimal_places=4,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value", "max_decimal_places"), _("营业收入以万元为单位，写成 5000 的样子。")
        ),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        needs_revenue = data.get("rule") and "revenue" in self.chosen.parameters["size_limits"]
        if needs_revenue and "revenue" not in self.errors and data.get("revenue") is None:
            self.add_error("revenue", _("这个行业还要看营业收入，填写后再计算。"))
        return data


def _class_of(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


def _number_field(label: Any) -> forms.IntegerField:
    wrong = _("写成 0～%(most)d 的整数。") % {"most": MAX_NUMBER}
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=MAX_NUMBER,
        error_messages=dict.fromkeys(("invalid", "required", "min_value", "max_value"), wrong),
    )


def _numbers_of(parameters: dict[str, Any]) -> list[tuple[str, int]]:
    """The numbers that can be set, by field name; the years of a term one by one for each type."""
    found = [(name, parameters[name]) for name in NUMBERS if name in parameters]
    return found + [(f"years_{type}", years) for type, years in parameters.get("years", {}).items()]


def _with_numbers(parameters: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: typed[name] for name in NUMBERS if name in parameters}
    if "years" in parameters:
        numbers["years"] = {type: typed[f"years_{type}"] for type in parameters["years"]}
    return parameters | numbers


def _label(name: str) -> Any:
    if name in NUMBERS:
        return NUMBERS[name]
    return _("%(type)s每届年数") % {"type": OrganizationType(name.removeprefix("years_")).label}
