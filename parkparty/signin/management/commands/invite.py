"""``manage.py invite``: open accounts from a list, or give one person a new link, from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.core.scope import Scope
from parkparty.signin.forms import InvitationForm
from parkparty.signin.services.invitations import Issued, issue_link, mail_links, open_accounts


class Command(BaseCommand):
    """Prints a link for each person, or mails it where mail is set up."""

    help = _("开通名单上的账号，或给一个用户发新的设置密码链接")

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "file",
            metavar="FILE",
            nargs="?",
            type=Path,
            help=_("名单，一行一人：登录名,显示名,邮箱,角色,范围代码"),
        )
        what.add_argument("--user", metavar="NAME", help=_("给这个登录名发新链接，原密码停用"))

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SITE_URL:
            raise CommandError(_("先设置 SITE_URL（网站地址，如 https://dj.example.cn），链接才写得完整。"))
        issued = [_again(options["user"])] if options["user"] else _opened(options["file"])
        for link in mail_links(issued):
            told = _("已发到 %(email)s") % {"email": link.user.email} if link.mailed else link.address
            self.stdout.write(f"{link.user.username}\t{told}")


def _again(username: str) -> Issued:
    user = User.objects.within(Scope.everything()).filter(username=username).first()
    if user is None:
        raise CommandError(_("没有登录名为“%(name)s”的用户。") % {"name": username})
    return issue_link(user, by=None, site=settings.SITE_URL)


def _opened(file: Path) -> list[Issued]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(_("读不了名单 %(file)s：%(fault)s") % {"file": file, "fault": fault}) from fault
    form = InvitationForm({"people": text}, scope=Scope.everything())
    if not form.is_valid():
        raise CommandError("\n".join(str(error) for error in form.errors["people"]))
    try:
        return open_accounts(form.cleaned_data["people"], by=None, site=settings.SITE_URL)
    except ValidationError as refusal:
        raise CommandError("\n".join(refusal.messages)) from refusal
