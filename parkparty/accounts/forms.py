"""The forms of signing in and of changing one's password, in our words."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    """User name and password; the answer never tells which of the two was wrong."""

    error_messages: ClassVar[dict[str, Any]] = {
        "invalid_login": _("用户名或密码不对。核对大小写和输入法后再试，忘记密码由管理员重设。"),
        "inactive": _("这个账号已停用，由管理员恢复。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = _("填写用户名。")
        self.fields["password"].error_messages["required"] = _("填写密码。")


class PasswordChangeForm(DjangoPasswordChangeForm):
    """The current password, and twice the new one."""

    error_messages: ClassVar[dict[str, Any]] = {
        "password_incorrect": _("当前密码不对，核对大小写和输入法后重新填写。"),
        "password_mismatch": _("两次填写的新密码不同，重新填写。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "old_password": (_("当前密码"), _("填写当前密码。")),
            "new_password1": (_("新密码"), _("填写新密码。")),
            "new_password2": (_("再填一次新密码"), _("再填一次新密码。")),
        }
        for name, (label, required) in labels.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = required
