"""Member companies: their tenancies in parks, the links that cover them, and their member *counts*."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.companies.choices import (
    ORGANISATION_LINKS,
    CompanyStatus,
    GapReason,
    LinkKind,
    SizeClass,
    StaffBand,
    TenancyKind,
)
from parkparty.companies.querysets import (
    CompanyMemberCountQuerySet,
    CompanyQuerySet,
    LinkQuerySet,
    TenancyQuerySet,
    TiedQuerySet,
)
from parkparty.core.codes import uscc_fault
from parkparty.core.models import CodeTable, DatedFact
from parkparty.core.text import fold
from parkparty.organizations.models import Organization
from parkparty.places.models import Building, Park


class Industry(CodeTable):
    """An industry class of GB/T 4754-2017: a section letter, or 2 to 4 digits."""

    class Meta(CodeTable.Meta):
        verbose_name = _("行业")
        verbose_name_plural = pgettext_lazy("复数", "行业")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @classmethod
    def in_words(cls, code: str) -> str:
        """The industry of ``code`` with its name; the code alone where the table lacks it."""
        return str(cls.objects.filter(code=code).first() or code)


def validate_uscc(code: str) -> None:
    """Refuse what is not a unified social credit code (GB 32100-2015), saying which part is wrong."""
    fault = uscc_fault(code)
    if fault == "length":
        raise ValidationError(_("统一社会信用代码应为 18 位，现在是 %(n)s 位。") % {"n": len(code)}, "uscc_length")
    if fault == "alphabet":
        raise ValidationError(
            _("统一社会信用代码含有不用的字符：不用字母 I、O、Z、S、V，第 3～8 位为数字。"), "uscc_alphabet"
        )
    if fault == "check":
        raise ValidationError(_("统一社会信用代码末位校验不符，对照营业执照核对。"), "uscc_check")


class Company(models.Model):
    """A company, by its credit code; where the code is not known yet, by its name. No revenue, only a yes or no."""

    uscc = models.CharField(
        _("统一社会信用代码"), max_length=18, unique=True, null=True, blank=True, validators=[validate_uscc]
    )
    name = models.CharField(_("企业名称"), max_length=120)
    folded_name = models.CharField(max_length=120, editable=False, db_index=True)
    industry = models.ForeignKey(
        Industry, models.PROTECT, verbose_name=_("行业"), null=True, blank=True, related_name="companies"
    )
    staff_band = models.PositiveSmallIntegerField(_("人员规模"), choices=StaffBand, default=StaffBand.UNKNOWN)
    size = models.CharField(_("企业规模"), max_length=6, choices=SizeClass, blank=True)
    fixed_premises = models.BooleanField(_("有固定经营场所"), default=True)
    revenue_over_20m = models.BooleanField(_("年营业收入 2000 万元以上"), null=True, blank=True)
    status = models.CharField(_("经营状态"), max_length=12, choices=CompanyStatus, default=CompanyStatus.OPERATING)
    status_since = models.DateField(
        _("状态起始日期"), null=True, blank=True, help_text=_("停业、吊销、注销须填写，从这一天起不再计入")
    )
    founded_on = models.DateField(_("成立日期"), null=True, blank=True)
    updated_at = models.DateTimeField(_("更新时间"), auto_now=True)

    objects = CompanyQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业")
        verbose_name_plural = pgettext_lazy("复数", "企业")
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["name", "id"], name="companies_by_name")]
        constraints = [
            models.CheckConstraint(
                condition=Q(uscc__isnull=True)
                | Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$"),
                name="companies_uscc_shape",
            ),
            models.UniqueConstraint(
                fields=["folded_name"],
                condition=Q(uscc__isnull=True),
                name="companies_name_when_no_uscc",
                violation_error_message=_("已有同名且没有统一社会信用代码的企业。"),
            ),
            models.CheckConstraint(
                condition=Q(status=CompanyStatus.OPERATING) | Q(status_since__isnull=False),
                name="companies_left_status_has_date",
                violation_error_message=_("停业、吊销、注销须填写状态起始日期。"),
            ),
            models.CheckConstraint(condition=Q(status__in=CompanyStatus.values), name="companies_status_known"),
            models.CheckConstraint(condition=Q(staff_band__in=StaffBand.values), name="companies_staff_band_known"),
            models.CheckConstraint(condition=Q(size__in=SizeClass.values), name="companies_size_known"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded_name = fold(self.name)[:120]
        self.uscc = self.uscc or None
        super().save(*args, **kwargs)


class Tenancy(DatedFact):
    """A company in a park: registered there only, or really on site."""

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("企业"), related_name="tenancies")
    park = models.ForeignKey(Park, models.PROTECT, verbose_name=_("园区"), related_name="tenancies", db_index=False)
    building = models.ForeignKey(
        Building,
        models.SET_NULL,
        verbose_name=_("楼宇"),
        null=True,
        blank=True,
        db_index=False,
        related_name="tenancies",
    )
    kind = models.CharField(_("入驻方式"), max_length=10, choices=TenancyKind, default=TenancyKind.ON_SITE)

    objects = TenancyQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("入驻")
        verbose_name_plural = pgettext_lazy("复数", "入驻")
        ordering = ["company", "-since"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "park"],
                condition=Q(until__isnull=True),
                name="companies_one_open_tenancy_a_park",
                violation_error_message=_("该企业在这个园区已有一条未结束的入驻记录。"),
            ),
            models.CheckConstraint(condition=Q(kind__in=TenancyKind.values), name="companies_tenancy_kind_known"),
        ]
        indexes = [
            models.Index(fields=["park", "company"], name="companies_tenancy_by_park"),
            models.Index(
                fields=["building"], condition=Q(building__isnull=False), name="companies_tenancy_by_building"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} · {self.park}"

    def clean(self) -> None:
        super().clean()
        if self.building and self.building.park_id != self.park_id:
            raise ValidationError({"building": _("楼宇不在所选园区内。")})


class CoverageLink(DatedFact):
    """What covers a company, and since when: its own organisation, a joint branch, or the work of others.

    Kinds own and joint give organisation coverage; instructor, liaison, union and league give work coverage only.
    """

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("企业"), related_name="links")
    kind = models.CharField(_("覆盖方式"), max_length=10, choices=LinkKind)
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        verbose_name=_("党组织"),
        null=True,
        blank=True,
        db_index=False,
        related_name="links",
        help_text=_("单独、联合组建时为覆盖它的党组织；指导员、联络员为派出的党组织"),
    )

    objects = LinkQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("覆盖关系")
        verbose_name_plural = pgettext_lazy("复数", "覆盖关系")
        ordering = ["company", "-since"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=LinkKind.values), name="companies_link_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind__in=ORGANISATION_LINKS) | Q(organization__isnull=False),
                name="companies_link_names_organization",
                violation_error_message=_("单独组建、联合组建须选择党组织。"),
            ),
            models.UniqueConstraint(
                fields=["company", "organization", "kind"],
                condition=Q(until__isnull=True),
                name="companies_one_open_link",
                violation_error_message=_("这条覆盖关系已经存在。"),
            ),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(kind=LinkKind.OWN, until__isnull=True),
                name="companies_one_own_company_an_organization",
                violation_error_message=_("该党组织已单独覆盖另一家企业；覆盖多家时应为联合党支部。"),
            ),
        ]
        indexes = [models.Index(fields=["organization", "kind"], name="companies_link_by_organization")]

    def __str__(self) -> str:
        return f"{self.company} · {self.get_kind_display()}"


class Membership(DatedFact):
    """A company as member unit (成员单位) of an industry committee or joint group. It gives no coverage."""

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("企业"), related_name="memberships")
    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name=_("行业党委或党群联组"), related_name="memberships"
    )

    objects = LinkQuerySet.as_manager()

    class Meta(DatedFact.Meta):
        verbose_name = _("成员单位")
        verbose_name_plural = pgettext_lazy("复数", "成员单位")
        ordering = ["company", "-since"]
        constraints = [
            *DatedFact.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "organization"],
                condition=Q(until__isnull=True),
                name="companies_one_open_membership",
                violation_error_message=_("该企业已是成员单位。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} · {self.organization}"


class Visit(models.Model):
    """A visit to a company (走访): when, by which organisation, and why there is no branch yet. No person is named."""

    company = models.ForeignKey(Company, models.CASCADE, verbose_name=_("企业"), related_name="visits", db_index=False)
    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name=_("走访的党组织"), related_name="visits"
    )
    visited_on = models.DateField(_("走访日期"))
    reason = models.CharField(_("未建原因"), max_length=11, choices=GapReason, blank=True)

    objects = TiedQuerySet.as_manager()

    class Meta:
        verbose_name = _("走访")
        verbose_name_plural = pgettext_lazy("复数", "走访")
        ordering = ["-visited_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "visited_on", "organization"],
                name="companies_one_visit_a_day",
                violation_error_message=_("这个党组织当天的走访已经登记过。"),
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(reason__in=GapReason.values), name="companies_gap_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.visited_on}"


class CompanyMemberCount(models.Model):
    """How many members work in a company on a day, as its yearly report or the branch states: counts, never names."""

    company = models.ForeignKey(
        Company, models.CASCADE, verbose_name=_("企业"), related_name="member_counts", db_index=False
    )
    as_of = models.DateField(_("截至"))
    full = models.PositiveIntegerField(_("正式党员数"))
    probationary = models.PositiveIntegerField(_("预备党员数"), default=0)

    objects = CompanyMemberCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("企业党员人数")
        verbose_name_plural = pgettext_lazy("复数", "企业党员人数")
        ordering = ["company", "-as_of"]
        constraints = [models.UniqueConstraint(fields=["company", "as_of"], name="companies_one_count_a_day")]

    def __str__(self) -> str:
        return f"{self.company} {self.as_of}"
