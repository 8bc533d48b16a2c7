"""Figures frozen on a day, with the list they were counted from, and the targets of a year."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.companies.choices import Denominator
from parkparty.core.rates import tenths
from parkparty.coverage.choices import TargetRate
from parkparty.coverage.querysets import OfNodeQuerySet, TargetQuerySet
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park


class OfNode(models.Model):
    """A row of one area, park or organisation."""

    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("辖区"), null=True, blank=True, related_name="+")
    park = models.ForeignKey(Park, models.PROTECT, verbose_name=_("园区"), null=True, blank=True, related_name="+")
    organization = models.ForeignKey(
        Organization, models.PROTECT, verbose_name=_("党组织"), null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(area__isnull=False, park__isnull=True, organization__isnull=True)
                | Q(area__isnull=True, park__isnull=False, organization__isnull=True)
                | Q(area__isnull=True, park__isnull=True, organization__isnull=False),
                name="%(app_label)s_%(class)s_has_one_node",
            )
        ]

    @property
    def node(self) -> Area | Park | Organization:
        """The one of the three that is set."""
        found = self.area or self.park or self.organization
        # The constraint holds it.
        assert found  # nosec B101
        return found


class CoverageSnapshot(OfNode):
    """The figures of a node on a day as they were known when they were taken. Written once, never changed.

    ``figures`` is the text of a JSON object whose bytes ``sha256`` covers; it names the hash of the list, so that the
    one hash vouches for both. ``companies`` is the compressed list: key, coverage and effectiveness of each company.
    """

    as_of = models.DateField(_("截至"))
    denominator = models.CharField(_("口径"), max_length=12, choices=Denominator)
    taken_at = models.DateTimeField(_("保存时间"), default=timezone.now)
    figures = models.TextField(_("数字"))
    companies = models.BinaryField(_("企业名单"))
    list_hash = models.CharField(_("名单校验码"), max_length=64)
    sha256 = models.CharField(_("校验码"), max_length=64)

    objects = OfNodeQuerySet.as_manager()

    class Meta(OfNode.Meta):
        verbose_name = _("覆盖快照")
        verbose_name_plural = pgettext_lazy("复数", "覆盖快照")
        ordering = ["-as_of", "-id"]
        constraints = [
            *OfNode.Meta.constraints,
            models.CheckConstraint(
                condition=Q(denominator__in=Denominator.values), name="coverage_snapshot_denominator_known"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "denominator", "as_of"], name="coverage_snapshot_by_area"),
            models.Index(fields=["park", "denominator", "as_of"], name="coverage_snapshot_by_park"),
            models.Index(fields=["organization", "denominator", "as_of"], name="coverage_snapshot_by_org"),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.as_of} {self.get_denominator_display()}"

    @property
    def chosen(self) -> Denominator:
        """The denominator as what it is."""
        return Denominator(self.denominator)


FULL = 1000
"""A whole in tenths of a per cent: what targets are kept in, so that 95.5 % stays exact."""


class CoverageTarget(OfNode):
    """The rate that a node and everything below it is to reach by the end of a year, in tenths of a per cent."""

    year = models.PositiveSmallIntegerField(_("年度"))
    rate = models.CharField(_("指标"), max_length=12, choices=TargetRate)
    denominator = models.CharField(_("口径"), max_length=12, choices=Denominator)
    tenths = models.PositiveSmallIntegerField(_("目标（千分比）"))

    objects = TargetQuerySet.as_manager()

    class Meta(OfNode.Meta):
        verbose_name = _("覆盖目标")
        verbose_name_plural = pgettext_lazy("复数", "覆盖目标")
        ordering = ["-year", "id"]
        constraints = [
            *OfNode.Meta.constraints,
            models.CheckConstraint(
                condition=Q(denominator__in=Denominator.values), name="coverage_target_denominator_known"
            ),
            models.CheckConstraint(condition=Q(rate__in=TargetRate.values), name="coverage_target_rate_known"),
            models.CheckConstraint(condition=Q(tenths__gt=0, tenths__lte=FULL), name="coverage_target_to_the_whole"),
            *(
                models.UniqueConstraint(
                    fields=[kind, "year", "rate", "denominator"], name=f"coverage_one_target_of_{kind}"
                )
                for kind in ("area", "park", "organization")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.node} {self.year} {self.get_rate_display()}"

    @property
    def percent(self) -> str:
        """The target with one decimal, such as ``95.0``."""
        return tenths(self.tenths, 1)

    def missing(self, numerator: int, denominator: int) -> int:
        """How many more of ``denominator`` companies must be covered until the target is met; 0 when it is."""
        return max(0, -(-self.tenths * denominator // FULL) - numerator)
