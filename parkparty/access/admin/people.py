"""Users and their grants."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from parkparty.access.admin.pages import DataPages, Rows
from parkparty.access.admin.site import site
from parkparty.access.models import Grant
from parkparty.access.permissions import Action
from parkparty.access.services import save_grant, withdraw_grant
from parkparty.accounts.models import User
from parkparty.audit.services import snapshot


class GrantRows(Rows):
    model = Grant
    autocomplete_fields = ("organization", "area", "park")


@admin.register(User, site=site)
class UserPages(DataPages):
    """Accounts that lie wholly in the reader's subtrees, the reader's own and superusers' excepted.

    Nobody types another's password: a new account has none until its owner follows an invitation.
    """

    action = Action.MANAGE_USERS
    deletable = False
    unrecorded = ("email",)
    outside = gettext_lazy("新用户至少需要一条您负责范围内的授权，填写下方的角色、节点和起始日期后再保存。")
    inlines = (GrantRows,)
    fields = ("username", "display_name", "email", "is_active")
    list_display = ("username", "display_name", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username__istartswith", "display_name")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).exclude(pk=request.user.pk)

    def recorded(self, row: models.Model) -> dict[str, Any]:
        return snapshot(row, self.fields)

    def write(self, row: Any, *, by: User, before: dict[str, Any], form: Any = None) -> None:
        if not before:
            row.set_unusable_password()
        super().write(row, by=by, before=before, form=form)


@admin.register(Grant, site=site)
class GrantPages(DataPages):
    """Who holds which role where. A role on an organisation is given by who holds that organisation itself."""

    action = Action.MANAGE_USERS
    fixed = ("user",)
    outside = gettext_lazy("只能在自己负责的党组织、辖区或园区内授权，没有保存。核对所选的节点。")
    list_display = ("user", "role", "organization", "area", "park", "since", "until")
    list_select_related = ("user", "organization", "area", "park")
    list_filter = ("role", "since", "until")
    search_fields = ("user__display_name", "user__username__istartswith", "organization__name", "park__name")
    autocomplete_fields = ("user", "organization", "area", "park")

    def editable(self, request: HttpRequest) -> models.QuerySet:
        return super().editable(request).exclude(user=request.user.pk)

    def write(self, row: Any, *, by: User, before: dict[str, Any], form: Any = None) -> None:
        save_grant(row, by=by)

    def remove(self, row: Any, *, by: User) -> None:
        withdraw_grant(row, by=by)
