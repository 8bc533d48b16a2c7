"""Which role a user holds, on which subtree, from when to when."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.access.choices import Role
from parkparty.access.querysets import GrantQuerySet
from parkparty.core.models import DatedFact, TreeNode
from parkparty.core.scope import Reach, Tree
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park

KEPT_APART = {Role.ADMINISTRATOR: Role.AUDITOR, Role.AUDITOR: Role.ADMINISTRATOR}
"""Who changes data does not keep the trail of changes (三员分立): one person never holds both at a time."""


def _only(field: str) -> Q:
    return Q(**{f"{name}__isnull": name != field for name in ("organization", "area", "park")})


class Grant(DatedFact):
    """A role on one node and everything below it: an organisation, an area or a park."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="grants")
    role = models.CharField(_("角色"), max_length=15, choices=Role)
    organization = models.ForeignKey(
        Organization, models.CASCADE, verbose_name=_("党组织"), null=True, blank=True, related_name="grants"
    )
    area = models.ForeignKey(Area, models.CASCADE, verbose_name=_("辖区"), null=True, blank=True, related_name="grants")
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, blank=True, related_name="grants")

    objects = GrantQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("授权")
        verbose_name_plural = pgettext_lazy("复数", "授权")
        ordering = ["user", "role", "-since"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(
                condition=_only("organization") | _only("area") | _only("park"),
                name="access_grant_on_one_node",
                violation_error_message=_("党组织、辖区、园区三项只填一项。"),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="access_grant_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.node}"

    @property
    def node(self) -> TreeNode | None:
        """The organisation, area or park that the role is held on."""
        return self.organization or self.area or self.park

    @property
    def reach(self) -> Reach:
        """The grant as a subtree of one of the two trees."""
        node = self.node
        if node is None:
            raise ValueError("a grant without a node reaches nothing")
        tree: Tree = "organizations" if self.organization_id else "places"
        return Reach(self.role, tree, node.path, node)

    def clean(self) -> None:
        super().clean()
        if self.role == Role.SECRETARY and not self.organization_id:
            raise ValidationError({"organization": _("书记的授权应落在党组织上。")})
        filled_in = None not in (self.user_id, self.since)
        if filled_in and self.role in KEPT_APART and self._holds_other_right():
            raise ValidationError({"role": _("管理员和审计员由不同的人担任，这个用户已有另一角色。")})

    def _holds_other_right(self) -> bool:
        others = Grant.objects.filter(user=self.user_id, role=KEPT_APART[Role(self.role)]).not_ended_by(self.since)
        if self.until:
            others = others.filter(since__lt=self.until)
        return others.exclude(pk=self.pk).exists()
