"""The form of a record, and where it differs from what is stored."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.activities import figures
from parkparty.activities.choices import MAX_PICKED, ActivityState
from parkparty.activities.forms.fields import (
    AttachmentsField,
    KeepsNumbers,
    PeopleField,
    PhotosField,
    SeveralField,
    SeveralFilesField,
    check_free_text,
)
from parkparty.activities.models import Activity, ActivityAttachment, ActivityPhoto, ActivityTheme, ActivityType
from parkparty.companies.models import Company
from parkparty.core.dates import add_months, month_of, today
from parkparty.core.scope import Scope
from parkparty.core.text import clean, number_in
from parkparty.organizations.models import Organization
from parkparty.places.models import ServiceStation

ORGANIZATIONS_OFFERED = 200
STATIONS_OFFERED = 200
MAX_TURNS = 1_000_000
FILES = ("photos", "attachments")
COMPARED = (
    "organization", "partners", "types", "topic", "theme", "held_on", "expected", "present", "summary", "companies",
    "place", "station",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of a record, as it is stored and as it was typed."""

    label: str
    stored: str
    typed: str


class ActivityForm(KeepsNumbers, forms.ModelForm):
    """A record as its secretary writes it. Valid is what can be kept as a draft; submitting asks for more.

    ``key`` makes a form that was sent twice one record; ``version``, 0 for a new one, tells whether the record was
    changed since the form was opened. ``sitting`` names the opened form and ``turn`` counts what it sent, so that it
    can go on when an answer was lost on the way.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    sitting = forms.UUIDField(widget=forms.HiddenInput, required=False)
    turn = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=MAX_TURNS)
    organization = forms.ModelChoiceField(
        Organization.objects.none(), to_field_name="code", empty_label=None, label=gettext_lazy("主办党组织")
    )
    types = SeveralField(
        ActivityType.objects.none(),
        required=False,
        label=gettext_lazy("计入类型"),
        help_text=gettext_lazy("一次会议可同时计入几类。"),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "btn-check"}),
    )
    theme = forms.ModelChoiceField(
        ActivityTheme.objects.none(),
        required=False,
        blank=True,
        empty_label=gettext_lazy("不选主题"),
        label=gettext_lazy("主题"),
        widget=forms.RadioSelect(attrs={"class": "btn-check"}),
    )
    expected = PeopleField(label=gettext_lazy("应到人数"), required=False)
    present = PeopleField(label=gettext_lazy("实到人数"), required=False)
    station = forms.ModelChoiceField(
        ServiceStation.objects.none(),
        required=False,
        empty_label=gettext_lazy("不在服务站"),
        label=gettext_lazy("党群服务站"),
    )
    partners = SeveralField(Organization.objects.none(), required=False, label=gettext_lazy("联办党组织"))
    companies = SeveralField(Company.objects.none(), required=False, label=gettext_lazy("共建企业"))
    partners_text = forms.CharField(label=gettext_lazy("按名称查找党组织"), max_length=60, required=False)
    companies_text = forms.CharField(label=gettext_lazy("按名称查找企业"), max_length=60, required=False)
    photos = PhotosField(
        required=False,
        label=gettext_lazy("照片"),
        help_text=gettext_lazy("可不传，最多 9 张。保存时缩小，并去掉拍摄地点等信息。"),
    )
    dropped_photos = SeveralField(ActivityPhoto.objects.none(), required=False, label=gettext_lazy("去掉的照片"))
    attachments = AttachmentsField(
        required=False,
        label=gettext_lazy("附件"),
        help_text=gettext_lazy("可不传，最多 5 个，每个 10 MB 以内：PDF、OFD、Word、Excel、PPT。不传人员名单。"),
    )
    dropped_attachments = SeveralField(
        ActivityAttachment.objects.none(), required=False, label=gettext_lazy("去掉的附件")
    )

    class Meta:
        model = Activity
        fields = (
            "organization", "topic", "theme", "held_on", "expected", "present", "summary", "place", "station",
        )  # fmt: skip
        widgets = {
            "held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "topic": forms.TextInput(attrs={"list": "recent-topics", "autocomplete": "off"}),
            "summary": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {"summary": gettext_lazy("可不填。不写个人姓名、电话和证件号码。")}
        error_messages = {
            "held_on": {
                "required": gettext_lazy("填写活动日期。"),
                "invalid": gettext_lazy("日期按 2026-11-21 的样子填写。"),
            }
        }

    def __init__(self, *args: Any, scope: Scope, asked: QueryDict | None = None, **kwargs: Any) -> None:
        """``asked`` is the address: what a new record starts with, and which names to look for."""
        super().__init__(*args, **kwargs)
        self.scope = scope
        self.asked = asked or QueryDict()
        self.current = self._offer_organizations()
        self._offer_types()
        self._offer_places()
        self._offer_relations()
        self.recent_topics: list[str] = []
        self.copied: dict[str, list[int]] = {}
        self.initial.update(key=self.instance.key, version=self.instance.version if self.instance.pk else 0)
        self.initial.update(organization=self.current, sitting=uuid.uuid4(), turn=0)
        if self.instance.state == ActivityState.RETURNED:
            self._show_notes()
        if self.current and not (self.instance.pk or self.is_bound):
            self._start(figures.usual(self.current))

    def _show_notes(self) -> None:
        """Put what the reviewer wrote about a field under the field."""
        for name, sentence in self.instance.return_notes:
            if name in self.fields:
                self.fields[name].help_text = _("退回意见：%(sentence)s") % {"sentence": sentence}

    def _offer_organizations(self) -> Organization | None:
        """Those the reader writes for, and the record's own. Gives the one that the form starts with."""
        mine, record = figures.writable_organizations(self.scope), self.instance
        own = Organization.objects.within(self.scope).filter(pk=record.organization_id)
        offered = list(mine[:ORGANIZATIONS_OFFERED])
        code = clean(self.asked.get("organization", ""))
        current = record.organization if record.pk else next((row for row in offered if row.code == code), None)
        current = current or (mine.filter(code=code).first() if code else None) or (offered[0] if offered else None)
        if current and current not in offered:
            offered.insert(0, current)
        self.organizations_shown = len(offered)
        _choices(self, "organization", (mine | own) if record.pk else mine, [(row.code, str(row)) for row in offered])
        return current

    def _offer_types(self) -> None:
        rows = figures.types_on_offer(self.instance)
        offered = list(rows.values_list("pk", ActivityType.label_of(), "chosen"))
        _choices(self, "types", rows, [(code, name) for code, name, _chosen in offered])
        is_new = not self.instance.pk
        chosen = [code for code, _name, is_chosen in offered if is_chosen]
        self.initial["types"] = self.asked.getlist("type") if is_new else chosen
        _field(self, "theme").queryset = figures.themes_on_offer(self.instance)

    def _offer_places(self) -> None:
        rows = figures.stations_on_offer(self.instance, figures.writable_organizations(self.scope))
        offered = [(row.pk, str(row)) for row in rows[:STATIONS_OFFERED]]
        self.has_stations = bool(offered)
        _choices(self, "station", rows, [("", _("不在服务站")), *offered])

    def _offer_relations(self) -> None:
        self.offers: dict[str, tuple[Any, Q]] = {
            "partners": figures.partners_on_offer(self.instance, self.scope),
            "companies": figures.companies_on_offer(self.instance, self.scope),
        }
        for name, (rows, _chosen) in self.offers.items():
            _field(self, name).queryset = rows
            self.initial[f"{name}_text"] = self.asked.get(f"{name}_text", "")
        if self.instance.pk:
            for name in FILES:
                _field(self, f"dropped_{name}").queryset = getattr(self.instance, name).all()

    def _start(self, usual: figures.Usual) -> None:
        """Fill in what a new record of the organisation can be expected to hold."""
        self.recent_topics = usual.topics
        self.initial["held_on"] = _day(self.asked.get("held_on", "")) or today()
        self.initial.update(expected=usual.expected, place=usual.place)
        like = number_in(self.asked.get("like", ""))
        if like is not None:
            self._copy(Activity.objects.within(self.scope).writable(self.scope).filter(pk=like).first())

    def _copy(self, pattern: Activity | None) -> None:
        """Start with what stays the same from one time to the next; who came and what was said is new."""
        if pattern is None:
            return
        types = [*self.initial["types"], *(kind.pk for kind in pattern.types.all())]
        self.initial.update(topic=pattern.topic, theme=pattern.theme_id, place=pattern.place)
        self.initial.update(types=list(dict.fromkeys(types)), station=pattern.station_id)
        self.copied = {
            "partners": [host.pk for host in pattern.hosts.all() if host.pk != pattern.organization_id],
            "companies": [company.pk for company in pattern.companies.all()],
        }

    def last_alike(self) -> int | None:
        """The record that a new one can be filled in from."""
        if self.instance.pk or self.is_bound or self.copied or self.current is None:
            return None
        return figures.last_alike(self.current, [clean(code) for code in self.asked.getlist("type")])

    def clean_held_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["held_on"]
        if day > add_months(today(), 12):
            raise ValidationError(_("活动日期在一年以后，核对年份。"))
        return day

    def clean_topic(self) -> str:
        return clean(self.cleaned_data["topic"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_founding(data.get("organization"), data.get("held_on"))
        for name in ("topic", "summary", "place"):
            check_free_text(self, name)
        for name in FILES:
            self._check_files(name, data)
        for name in self.offers:
            if len(data.get(name) or ()) > MAX_PICKED:
                self.add_error(name, _("最多选 %(limit)d 个，去掉几个再保存。") % {"limit": MAX_PICKED})
        return data

    def _check_founding(self, organization: Organization | None, day: dt.date | None) -> None:
        if not (organization and organization.approved_on and day):
            return
        if day < month_of(organization.approved_on).since:
            fault = _("%(organization)s于 %(day)s 批准成立，核对活动日期的年份和月份。")
            self.add_error("held_on", fault % {"organization": organization, "day": organization.approved_on})

    def _check_files(self, name: str, data: dict[str, Any]) -> None:
        field = cast("SeveralFilesField", self.fields[name])
        added, dropped = data.get(name) or (), data.get(f"dropped_{name}")
        if self.instance.pk and added and dropped is not None:
            kept = getattr(self.instance, name).exclude(pk__in=dropped).values_list("sha256", flat=True)
            if len({*kept, *(file.sha256 for file in added)}) > field.most:
                self.add_error(name, field.too_many % {"limit": field.most})

    def record(self) -> Activity:
        """The record as typed, with the key and the version that the form carried."""
        record: Activity = self.instance
        if record.pk:
            record.version = self.cleaned_data["version"]
        else:
            record.key = self.cleaned_data["key"]
        record.sitting, record.turn = self.cleaned_data["sitting"], self.cleaned_data["turn"] or 0
        return record

    @property
    def related(self) -> dict[str, Any]:
        """What the record counts as, and who holds it together, as the services take them."""
        return {name: self.cleaned_data[name] for name in ("types", "partners", "companies")}

    def renew(self, record: Activity | None) -> None:
        """Let what was typed be sent again: as a change to ``record`` as it stands now, or as a new one."""
        data = cast("QueryDict", self.data).copy()
        data["version"] = str(record.version if record else 0)
        data["key"] = str(record.key if record else uuid.uuid4())
        self.data = data

    def differences(self, stored: Activity) -> list[Difference]:
        """Where what was typed differs from ``stored``."""
        typed = dict(self.cleaned_data)
        hosts = [host for host in stored.hosts.all() if host.pk != stored.organization_id]
        known = {"types": stored.types.all(), "companies": stored.companies.all(), "partners": hosts}
        pairs = [(name, known.get(name, getattr(stored, name, None)), typed.get(name)) for name in COMPARED]
        found = [
            Difference(str(self.fields[name].label), in_words(before), in_words(after))
            for name, before, after in pairs
            if in_words(before) != in_words(after)
        ]
        return found + [difference for name in FILES if (difference := self._added(name, stored))]

    def _added(self, name: str, stored: Activity) -> Difference | None:
        kept = {row.sha256 for row in getattr(stored, name).all()}
        added = sum(file.sha256 not in kept for file in self.cleaned_data[name])
        before, after = _("%(count)d 个") % {"count": len(kept)}, _("新增 %(count)d 个") % {"count": added}
        return Difference(str(self.fields[name].label), before, after) if added else None

    @property
    def is_widened(self) -> bool:
        """Whether the part of the form that is rarely needed has to be open."""
        asked = any(f"{name}_text" in self.asked or self.copied.get(name) for name in self.offers)
        return asked or any(self.errors.get(name) for name in (*self.offers, "place", "station", "attachments"))

    def partner_list(self) -> figures.PickList:
        """Organisations to tick as joint hosts."""
        return self._pick_list("partners")

    def company_list(self) -> figures.PickList:
        """Companies to tick as partners."""
        return self._pick_list("companies")

    def _pick_list(self, name: str) -> figures.PickList:
        rows, chosen = self.offers[name]
        text = clean(str(self[f"{name}_text"].value() or ""))
        if self.is_bound:
            keys = map(number_in, self[name].value() or ())
            chosen = Q(pk__in=[key for key in keys if key is not None])
        elif self.copied:
            chosen = Q(pk__in=self.copied[name])
        if self.current and name == "partners":
            rows = rows.exclude(pk=self.current.pk)
        return figures.pick_list(rows, chosen, text)


def in_words(value: Any) -> str:
    """A value as people read it, lists in a fixed order."""
    if value is None or value == "":
        return str(_("空"))
    if isinstance(value, models.QuerySet | list):
        return _("、").join(sorted(str(row) for row in value)) or str(_("空"))
    return str(value)


def _choices(form: forms.BaseForm, name: str, rows: models.QuerySet, shown: list[tuple[Any, str]]) -> None:
    """Accept ``rows`` and show ``shown``: a long list is not written into the page."""
    _field(form, name).queryset = rows
    _field(form, name).widget.choices = shown


def _field(form: forms.BaseForm, name: str) -> Any:
    return form.fields[name]


def _day(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
