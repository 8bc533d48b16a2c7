"""Data pages of reminders, to be looked at: they are sent by date, or on a page of their own; and of chat robots."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.access.admin.pages import DataForm, DataPages, ReadOnlyPages
from parkparty.access.admin.site import site
from parkparty.engagement.models import Reminder, Robot, RobotMessage
from parkparty.engagement.rules import check_robot_address
from parkparty.signin.rules import seal


@admin.register(Reminder, site=site)
class ReminderPages(ReadOnlyPages):
    list_display = ("organization", "rule", "period_since", "kind", "on", "by")
    list_select_related = ("organization", "rule", "by")
    list_filter = ("kind",)
    search_fields = ("organization__name",)


class RobotForm(DataForm):
    """The address is typed once; from then on it is replaced, never read."""

    address = forms.CharField(
        label=gettext_lazy("Webhook 地址"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("从群机器人的设置里复制。保存后不再显示；留空则不变。"),
        widget=forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        address, kind = data.get("address", ""), data.get("kind") or self.instance.kind
        if not address and (not self.instance.pk or "kind" in self.changed_data):
            self.add_error("address", _("粘贴群机器人的 Webhook 地址。"))
        elif address and kind:
            try:
                check_robot_address(address, kind, settings.ROBOT_GATEWAYS)
            except ValidationError as fault:
                self.add_error(None, fault)
            else:
                self.instance.sealed_address = seal(address)
        return data


@admin.register(Robot, site=site)
class RobotPages(DataPages):
    """Robots of the reader's units. Of the address the trail tells that it changed, never what it was."""

    form = RobotForm
    fields = ("organization", "kind", "address", "is_on")
    fixed = ("organization",)
    unrecorded = ("sealed_address",)
    list_display = ("organization", "kind", "is_on")
    list_select_related = ("organization",)
    list_filter = ("kind", "is_on")
    search_fields = ("organization__name",)
    autocomplete_fields = ("organization",)

    def recorded(self, row: models.Model) -> dict[str, Any]:
        return super().recorded(row) | {"sealed_address": row.sealed_address}  # type: ignore[attr-defined]


@admin.register(RobotMessage, site=site)
class RobotMessagePages(ReadOnlyPages):
    """What robots were told to say, and whether it arrived."""

    list_display = ("robot", "created_at", "sent_at", "tries", "fault")
    list_select_related = ("robot__organization",)
    search_fields = ("robot__organization__name",)
