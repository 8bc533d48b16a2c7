"""``manage.py grant``: give a role on a subtree from the command line, such as to a site's first administrator."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.services import give_grant
from parkparty.accounts.models import User
from parkparty.core.dates import today
from parkparty.core.models import TreeNode
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park

NODES: dict[str, tuple[type[TreeNode], str]] = {
    "organization": (Organization, "code"),
    "area": (Area, "code"),
    "park": (Park, "key"),
}


class Command(BaseCommand):
    """Gives a role on one organisation, area or park, and on all below it."""

    help = _("授予用户一个角色，范围是一个党组织、辖区或园区及其下级")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help=_("登录名；新建用户用 createsuperuser 或数据维护页面"))
        parser.add_argument("role", metavar="ROLE", choices=Role.values, help="|".join(Role.values))
        node = parser.add_mutually_exclusive_group(required=True)
        node.add_argument("--organization", metavar="CODE", help=_("组织代码"))
        node.add_argument("--area", metavar="CODE", help=_("区划代码"))
        node.add_argument("--park", metavar="KEY", help=_("园区标识"))
        parser.add_argument("--since", metavar="DATE", type=dt.date.fromisoformat, help=_("起始日期，默认今天"))
        parser.add_argument(
            "--until", metavar="DATE", type=dt.date.fromisoformat, help=_("从这一天起不再有效，默认长期")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(_("没有登录名为“%(name)s”的用户。") % {"name": options["user"]})
        kind = next(kind for kind in NODES if options[kind])
        node = _node(kind, options[kind])
        role, since = Role(options["role"]), options["since"] or today()
        held = Grant.objects.filter(user=user, role=role, **{kind: node}).valid_on(since).first()
        if held:
            self.stdout.write(_("已有这项授权：%(grant)s，未作改动。") % {"grant": held})
            return
        try:
            grant = give_grant(user, role, node, by=None, since=since, until=options["until"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(_("已授权：%(grant)s，自 %(since)s 起。") % {"grant": grant, "since": grant.since})


def _node(kind: str, code: str) -> TreeNode:
    model, field = NODES[kind]
    node = model._default_manager.filter(**{field: code}).first()
    if node is None:
        label = getattr(model._meta.get_field(field), "verbose_name", field)
        raise CommandError(
            _("没有%(field)s为“%(code)s”的%(kind)s。")
            % {"field": label, "code": code, "kind": model._meta.verbose_name}
        )
    return node
