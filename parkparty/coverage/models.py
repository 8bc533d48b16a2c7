"""What coverage keeps: figures frozen on a day, with the list they were counted from."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.companies.choices import Denominator
from parkparty.coverage.querysets import OfNodeQuerySet
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
