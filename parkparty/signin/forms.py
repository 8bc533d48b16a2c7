"""The forms of signing in, of one's password and second factor, and of inviting people, in our words."""

from __future__ import annotations

import csv
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.core.models import TreeNode
from parkparty.core.scope import Scope
from parkparty.core.text import clean, half_width
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from parkparty.signin.services.invitations import NewAccount

MAX_INVITED = 200


class LoginForm(AuthenticationForm):
    """User name and password; the answer never tells which of the two was wrong."""

    error_messages = {
        "invalid_login": _("用户名或密码不对。核对大小写和输入法后再试，忘记密码由管理员重设。"),
        "inactive": _("用户名或密码不对。核对大小写和输入法后再试，忘记密码由管理员重设。"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].error_messages["required"] = _("填写用户名。")
        self.fields["password"].error_messages["required"] = _("填写密码。")


class _NewPassword:
    """What the two fields of a new password are called."""

    words: ClassVar[dict[str, tuple[Any, Any]]] = {
        "new_password1": (_("新密码"), _("填写新密码。")),
        "new_password2": (_("再填一次新密码"), _("再填一次新密码。")),
    }
    fields: Any

    def validate_password_for_user(self, user: Any, *args: Any, **kwargs: Any) -> None:
        """What is wrong with the password stands at the first field, beside the advice, not at its repetition."""
        super().validate_password_for_user(user, "new_password1")  # type: ignore[misc]

    def word(self) -> None:
        for name, (label, required) in self.words.items():
            self.fields[name].label = label
            self.fields[name].error_messages["required"] = required
        advice = [
            gettext("至少 12 个字符，汉字也算；几个互不相干的词连起来最好记，也最难猜。"),
            gettext("不用站点、单位、园区和本人的名称。"),
        ]
        if settings.SECURITY_PROFILE == "CN":
            advice.append(gettext("小写字母、大写字母、数字、其他字符中至少有三类。"))
        self.fields["new_password1"].help_text = " ".join(advice)
        self.fields["new_password2"].help_text = ""


class PasswordChangeForm(_NewPassword, DjangoPasswordChangeForm):
    """The current password, and twice the new one."""

    error_messages = {
        "password_incorrect": _("当前密码不对，核对大小写和输入法后重新填写。"),
        "password_mismatch": _("两次填写的新密码不同，重新填写。"),
    }
    words: ClassVar[dict[str, tuple[Any, Any]]] = {
        "old_password": (_("当前密码"), _("填写当前密码。")),
        **_NewPassword.words,
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.word()


class FirstPasswordForm(_NewPassword, SetPasswordForm):
    """Twice the new password, of who came by a link."""

    error_messages = {"password_mismatch": _("两次填写的新密码不同，重新填写。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.word()


class CodeForm(forms.Form):
    """Six digits of an authenticator, or a recovery code."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=40,
        error_messages={"required": _("填写验证码。")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].help_text = help_text

    def refuse(self) -> None:
        """The code was wrong, used before, or too old."""
        self.add_error(
            "code", gettext("验证码不对或已经用过。等手机上换出下一个再填；一直不对时，核对手机的时间是否自动设置。")
        )


class ProofForm(forms.Form):
    """The password, or a code, of who is signed in."""

    proof = forms.CharField(
        label=_("密码或验证码"),
        max_length=1000,
        strip=False,
        error_messages={"required": _("填写密码或验证码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def refuse(self) -> None:
        """The proof was wrong."""
        self.add_error("proof", gettext("密码或验证码不对，核对大小写和输入法后重新填写。"))


class InvitationForm(forms.Form):
    """A list of people, one a line: user name, display name, e-mail, role, and the code of where they work."""

    people = forms.CharField(
        label=_("名单"),
        help_text=_(
            "一行一人，五项用逗号隔开：登录名，显示名，邮箱（没有就空着），角色，范围代码。"
            "范围代码是党组织代码、园区标识或区划代码。可以从表格里复制粘贴。"
        ),
        error_messages={"required": _("填写名单，一行一人。")},
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        max_length=100_000,
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope

    def clean_people(self) -> list[NewAccount]:
        """The accounts to open; every line that is wrong is told at once, by its number."""
        text = self.cleaned_data["people"].replace("，", ",").replace("\t", ",")
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) > MAX_INVITED:
            raise ValidationError(gettext("一次最多 %(count)s 人，分几次填写。") % {"count": MAX_INVITED})
        accounts, faults, names = [], [], set()
        for number, line in lines:
            try:
                account = self._account(next(csv.reader([line])))
                if account.username.casefold() in names:
                    raise ValidationError(gettext("登录名“%(name)s”在名单里出现了两次。") % {"name": account.username})
            except (ValidationError, csv.Error) as fault:
                faults.append(_at(number, fault))
                continue
            names.add(account.username.casefold())
            accounts.append(account)
        if faults:
            raise ValidationError(faults)
        return accounts

    def _account(self, cells: list[str]) -> NewAccount:
        cells = [clean(cell) for cell in cells]
        if len(cells) != 5:
            raise ValidationError(gettext("应有五项，现在有 %(count)s 项。") % {"count": len(cells)})
        username, display_name, email, role, code = cells
        username = half_width(username)
        UnicodeUsernameValidator()(username)
        if len(username) > 150 or not 0 < len(display_name) <= 60:
            raise ValidationError(gettext("显示名应有 1 到 60 个字，登录名不超过 150 个字符。"))
        if email:
            validate_email(email)
        if User.objects.within(Scope.everything()).filter(username__iexact=username).exists():
            raise ValidationError(gettext("登录名“%(name)s”已有人使用，换一个。") % {"name": username})
        return NewAccount(username, display_name, email, _role(role), node_of(half_width(code), self.scope))


def node_of(code: str, scope: Scope) -> TreeNode:
    """The organisation, park or area of ``scope`` that ``code`` stands for."""
    for rows in (
        Organization.objects.within(scope).filter(code=code),
        Park.objects.within(scope).filter(key=code),
        Area.objects.within(scope).filter(code=code),
    ):
        found: TreeNode | None = rows.first()
        if found:
            return found
    raise ValidationError(gettext("负责范围内没有代码为“%(code)s”的党组织、园区或辖区。") % {"code": code})


def _role(name: str) -> Role:
    for role in Role:
        if name in {role.value, str(role.label)}:
            return role
    labels = gettext("、").join(str(role.label) for role in Role)
    raise ValidationError(gettext("没有“%(name)s”这个角色，可填：%(roles)s。") % {"name": name, "roles": labels})


def _at(number: int, fault: Exception) -> str:
    sentences = " ".join(fault.messages) if isinstance(fault, ValidationError) else gettext("引号不成对。")
    return gettext("第 %(number)s 行：%(fault)s") % {"number": number, "fault": sentences}


class PersonFilter(forms.Form):
    """Part of a name to look for."""

    name = forms.CharField(label=_("登录名或显示名"), max_length=60, required=False)


class TokenForm(forms.Form):
    """What a key is for, how long it holds, and the node that it is narrowed to."""

    name = forms.CharField(
        label=_("用途"),
        max_length=60,
        help_text=_("写明哪个系统使用，例如“区数据平台”。"),
        error_messages={"required": _("填写用途，以后凭它辨认。")},
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        choices=[(30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (365, _("一年"))],
        initial=90,
        help_text=_("最长一年，到期后重新生成。"),
        error_messages={"required": _("选择有效期。")},
    )
    node = forms.CharField(
        label=_("只读取其中一处"),
        max_length=40,
        required=False,
        help_text=_("填党组织代码、园区标识或区划代码，令牌只能读取它和它的下级；留空为本人全部授权范围。"),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope

    def clean_name(self) -> str:
        name = clean(self.cleaned_data["name"])
        if not name:
            raise ValidationError(gettext("填写用途，以后凭它辨认。"))
        return name

    def clean_node(self) -> TreeNode | None:
        """An organisation reached only by the place it sits in is no limit of its own: its place is."""
        code = half_width(self.cleaned_data["node"])
        if not code:
            return None
        node = node_of(code, self.scope)
        if isinstance(node, Organization) and not self.scope.covers("organizations", node.path):
            raise ValidationError(
                gettext("本人的授权落在“%(node)s”所在的园区或辖区，改填园区标识或区划代码。") % {"node": node}
            )
        return node
