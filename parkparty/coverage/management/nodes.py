"""What commands that speak of one node have in common: its options, and whose scope they keep to."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.core.scope import Scope
from parkparty.coverage.figures import Node
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park

NODES: dict[str, tuple[type[Node], str]] = {
    "area": (Area, "code"),
    "park": (Park, "key"),
    "organization": (Organization, "code"),
}
MANY = 10
"""How many keys are named to somebody who asked for one that does not exist."""


def add_node_options(parser: CommandParser, *, only_places: bool = False) -> None:
    """One option for each kind of node, of which just one is given."""
    node = parser.add_mutually_exclusive_group(required=True)
    node.add_argument("--area", metavar="CODE", help=_("区划代码"))
    node.add_argument("--park", metavar="KEY", help=_("园区标识"))
    if not only_places:
        node.add_argument("--organization", metavar="CODE", help=_("组织代码"))


def scope_of_named(username: str | None) -> Scope:
    """What the user of that name may see; of nobody named, everything. CommandError when there is no such user."""
    if username is None:
        return Scope.everything()
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(_("没有登录名为“%(name)s”的用户。") % {"name": username})
    return scope_of(user)


def asked_node(options: dict[str, Any], scope: Scope) -> Any:
    """The node that ``options`` ask for. CommandError with keys much like it when there is none in ``scope``."""
    kind = next(kind for kind in NODES if options.get(kind) is not None)
    model, field = NODES[kind]
    title: Any = model._meta.get_field(field)
    rows: Any = model._default_manager.all()
    rows = rows.within(scope)
    if node := rows.filter(**{field: options[kind]}).first():
        return node
    keys = list(rows.order_by(field).values_list(field, flat=True))
    near = get_close_matches(options[kind], keys, n=MANY, cutoff=0.4) or keys[:MANY]
    raise CommandError(
        _("没有%(field)s为“%(key)s”的%(kind)s。现有：%(near)s")
        % {
            "field": title.verbose_name,
            "key": options[kind],
            "kind": model._meta.verbose_name,
            "near": "、".join(near) or _("一个也没有"),
        }
    )
