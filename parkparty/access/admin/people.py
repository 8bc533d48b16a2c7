"""Users and their grants."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.access.admin.pages import DataForm, DataPages, Rows
from parkparty.access.admin.site import site
from parkparty.access.models import Grant
from parkparty.access.permissions import Action
from parkparty.access.services import save_grant, withdraw_grant
from parkparty.accounts.models import User
from parkparty.audit.services import record


class NewUserForm(DataForm, AdminUserCreationForm):
    """A new account; its password may be left unusable, to be set by the person through the site's own page."""

    class Meta:
        model = User
        fields = ("username", "display_name", "email")


class ChangedUserForm(DataForm, UserChangeForm):
    """An account's name, address and whether it may sign in. Superusers are made on the server only."""

    class Meta:
        model = User
        fields = ("username", "display_name", "email", "password", "is_active")


class GrantRows(Rows):
    model = Grant
    autocomplete_fields = ("organization", "area", "park")


@admin.register(User, site=site)
class UserPages(DataPages, DjangoUserAdmin):
    """Accounts that lie wholly in the reader's subtrees, the reader's own and superusers' excepted."""

    action = Action.MANAGE_USERS
    deletable = False
    unrecorded = ("email",)
    outside = gettext_lazy("新用户至少需要一条您负责范围内的授权，填写下方的角色、节点和起始日期后再保存。")
    form = ChangedUserForm
    add_form = NewUserForm
    inlines = (GrantRows,)
    fieldsets = (
        (None, {"fields": ("username", "display_name", "email", "is_active")}),
        (gettext_lazy("登录"), {"fields": ("password", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "display_name", "email", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("last_login", "date_joined")
    list_display = ("username", "display_name", "is_active", "last_login")
    list_filter = ("is_active",)
    search_fields = ("username__istartswith", "display_name")
    filter_horizontal = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).exclude(pk=request.user.pk)

    def recorded(self, row: models.Model) -> dict[str, Any]:
        found = super().recorded(row)
        return {name: found[name] for name in ("username", "display_name", "email", "is_active")}

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: Any, obj: Any, message: Any) -> Any:
        """Called for the password page too, which writes by itself."""
        if request.resolver_match.url_name == "auth_user_password_change":
            record(_("重设密码"), obj, by=request.user)


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
