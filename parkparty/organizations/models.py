"""The party tree: organisations of every type, their dated history, terms, officers and member *counts*."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.core.models import CodeTable, DatedFact, TreeNode
from parkparty.core.scope import Scope, Tree
from parkparty.organizations.choices import (
    BRANCH_TYPES,
    HostUnitKind,
    OfficerPost,
    OrganizationStatus,
    OrganizationType,
)
from parkparty.organizations.querysets import (
    MemberCountQuerySet,
    OrganizationFactQuerySet,
    OrganizationQuerySet,
    is_reached,
)
from parkparty.places.models import Area, Park


class FormationMode(CodeTable):
    """How an organisation was set up (组建方式): a code table, since names differ from place to place."""

    class Meta(CodeTable.Meta):
        verbose_name = _("组建方式")
        verbose_name_plural = pgettext_lazy("复数", "组建方式")


class Organization(TreeNode):
    """A node of the party tree, as it stands today; ``spans`` tell what type and parent it had when.

    The company that hosts it is its own-coverage link in ``companies``; a unit without a credit code (incubator,
    association) is written here as ``host_unit``.
    """

    path_kind: ClassVar[str] = "o"

    code = models.CharField(
        _("组织代码"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[0-9A-Za-z][0-9A-Za-z._-]*$", _("组织代码只能含字母、数字和 . _ -"))],
    )
    name = models.CharField(_("名称"), max_length=100)
    type = models.CharField(_("类型"), max_length=20, choices=OrganizationType)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("上级党组织"), null=True, blank=True, related_name="children"
    )
    park = models.ForeignKey(
        Park, models.PROTECT, verbose_name=_("所在园区"), null=True, blank=True, related_name="organizations"
    )
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        verbose_name=_("所在辖区"),
        null=True,
        blank=True,
        related_name="organizations",
        help_text=_("不属于某个园区的组织（如街道党工委）填写"),
    )
    formation_mode = models.ForeignKey(
        FormationMode, models.PROTECT, verbose_name=_("组建方式"), null=True, blank=True, related_name="organizations"
    )
    host_unit = models.CharField(
        _("依托单位"), max_length=100, blank=True, help_text=_("依托孵化器、协会等没有统一社会信用代码的单位时填写")
    )
    host_unit_kind = models.CharField(_("依托单位类别"), max_length=12, choices=HostUnitKind, blank=True)
    status = models.CharField(
        _("状态"), max_length=10, choices=OrganizationStatus, default=OrganizationStatus.PREPARING
    )
    applied_on = models.DateField(_("申请日期"), null=True, blank=True)
    approved_on = models.DateField(_("批准成立日期"), null=True, blank=True)
    dissolved_on = models.DateField(_("撤销日期"), null=True, blank=True)
    term_since = models.DateField(_("本届起始"), null=True, blank=True)
    term_until = models.DateField(_("本届届满"), null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("党组织")
        verbose_name_plural = pgettext_lazy("复数", "党组织")
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="organizations_path"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="organizations_not_its_own_parent"),
            models.CheckConstraint(condition=Q(type__in=OrganizationType.values), name="organizations_type_known"),
            models.CheckConstraint(
                condition=Q(status=OrganizationStatus.PREPARING, approved_on__isnull=True, dissolved_on__isnull=True)
                | Q(status=OrganizationStatus.ACTIVE, approved_on__isnull=False, dissolved_on__isnull=True)
                | Q(status=OrganizationStatus.DISSOLVED, dissolved_on__isnull=False),
                name="organizations_status_matches_dates",
                violation_error_message=_(
                    "状态与日期不符：筹建中不填批准日期，已成立须填批准日期，已撤销须填撤销日期。"
                ),
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True)
                | Q(approved_on__isnull=True)
                | Q(dissolved_on__gt=F("approved_on")),
                name="organizations_dissolved_after_approved",
                violation_error_message=_("撤销日期应晚于批准成立日期。"),
            ),
            models.CheckConstraint(
                condition=Q(applied_on__isnull=True)
                | Q(approved_on__isnull=True)
                | Q(approved_on__gte=F("applied_on")),
                name="organizations_approved_after_applied",
                violation_error_message=_("批准成立日期不应早于申请日期。"),
            ),
            models.CheckConstraint(
                condition=Q(term_until__isnull=True)
                | (Q(term_since__isnull=False) & Q(term_until__gt=F("term_since"))),
                name="organizations_term_ends_after_start",
                violation_error_message=_("本届届满日期应晚于起始日期。"),
            ),
            models.CheckConstraint(
                condition=Q(host_unit="", host_unit_kind="") | ~Q(host_unit="") & ~Q(host_unit_kind=""),
                name="organizations_host_unit_has_kind",
                violation_error_message=_("依托单位与其类别应同时填写。"),
            ),
        ]
        indexes = [
            models.Index(fields=["path"], condition=Q(park=None, area=None), name="organizations_nowhere"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def path_parent(self) -> Organization | None:
        return self.parent

    @property
    def is_branch(self) -> bool:
        """Whether organisation life (三会一课, 主题党日) is asked of it."""
        return self.type in BRANCH_TYPES

    def is_within(self, scope: Scope) -> bool:
        """Whether ``scope`` reaches it, by the party tree or by the park or area it sits in."""
        return is_reached(scope, self.path, *(place.path for place in (self.park, self.area) if place))

    def is_reached_by(self, scope: Scope, roles: Iterable[str]) -> bool:
        """Whether one of ``roles`` reaches it."""
        return self.is_within(scope.with_roles(roles))

    def clean(self) -> None:
        super().clean()
        if self.parent and self.parent.type in BRANCH_TYPES:
            raise ValidationError({"parent": _("党支部下面不能再设党组织。")})


class OrganizationSpan(DatedFact):
    """What type an organisation had, under which parent, from when to when. The open span equals today's row."""

    organization = models.ForeignKey(Organization, models.CASCADE, verbose_name=_("党组织"), related_name="spans")
    type = models.CharField(_("类型"), max_length=20, choices=OrganizationType)
    parent = models.ForeignKey(
        Organization, models.PROTECT, verbose_name=_("上级党组织"), null=True, blank=True, related_name="+"
    )

    objects = OrganizationFactQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("组织沿革")
        verbose_name_plural = pgettext_lazy("复数", "组织沿革")
        ordering = ["organization", "since"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(fields=["organization", "since"], name="organizations_span_since"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(until__isnull=True), name="organizations_span_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_type_display()} {self.since}"


class MemberCount(models.Model):
    """How many members an organisation has on a day: counts only, never a name. Mobile members are never added in."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, verbose_name=_("党组织"), related_name="member_counts"
    )
    as_of = models.DateField(_("截至"))
    full = models.PositiveIntegerField(_("正式党员数"))
    probationary = models.PositiveIntegerField(_("预备党员数"), default=0)
    mobile = models.PositiveIntegerField(_("流动党员数"), default=0)

    objects = MemberCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("党员人数")
        verbose_name_plural = pgettext_lazy("复数", "党员人数")
        ordering = ["organization", "-as_of"]
        constraints = [models.UniqueConstraint(fields=["organization", "as_of"], name="organizations_one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.organization} {self.as_of}"


class Officer(DatedFact):
    """A post of an organisation. Name and contact are for reminders, and are gone when the post ends."""

    organization = models.ForeignKey(Organization, models.CASCADE, verbose_name=_("党组织"), related_name="officers")
    post = models.CharField(_("职务"), max_length=20, choices=OfficerPost)
    name = models.CharField(_("姓名"), max_length=40, blank=True)
    phone = models.CharField(_("办公电话"), max_length=30, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)

    objects = OrganizationFactQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("任职")
        verbose_name_plural = pgettext_lazy("复数", "任职")
        ordering = ["organization", "post", "-since"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(post=OfficerPost.SECRETARY, until__isnull=True),
                name="organizations_one_secretary",
                violation_error_message=_("已有在任书记，先填写其终止日期。"),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(name="", phone="", email=""),
                name="organizations_contact_ends_with_post",
                violation_error_message=_("任职结束后不保留姓名和联系方式。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_post_display()}"

    def end(self, on: dt.date) -> None:
        """Let the post be over from ``on``; name and contacts go with it. Nothing is saved."""
        self.until, self.name, self.phone, self.email = on, "", "", ""


def tree_of(node: TreeNode) -> Tree:
    """The tree that the node stands in."""
    return "organizations" if isinstance(node, Organization) else "places"


def is_whole(node: TreeNode, scope: Scope) -> bool:
    """Whether the reader holds all of ``node``, in its own tree.

    An organisation reached only by the park it sits in may cover companies elsewhere.
    """
    return scope.covers(tree_of(node), node.path)
