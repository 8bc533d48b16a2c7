"""Where things are: administrative areas, parks with their bases, buildings, service stations."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.core.models import TreeNode
from parkparty.places.choices import AreaLevel, Indicator, Qualifier
from parkparty.places.querysets import AreaQuerySet, InParkQuerySet, PlaceQuerySet


class Area(TreeNode):
    """An administrative division by its GB/T 2260 code (6 digits) or statistics code (9 or 12 digits)."""

    path_kind: ClassVar[str] = "a"

    code = models.CharField(
        _("区划代码"),
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^\d{6}(\d{3}){0,2}$", _("区划代码应为 6、9 或 12 位数字。"))],
    )
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("层级"), max_length=10, choices=AreaLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name=_("上级辖区"), null=True, blank=True, related_name="children"
    )

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("辖区")
        verbose_name_plural = pgettext_lazy("复数", "辖区")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="places_area_path"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="places_area_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{6}([0-9]{3}){0,2}$"), name="places_area_code_digits"
            ),
            models.CheckConstraint(condition=Q(level__in=AreaLevel.values), name="places_area_level_known"),
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def path_parent(self) -> Area | None:
        return self.parent

    @classmethod
    def path_tables(cls) -> list[type[TreeNode]]:
        return [Area, Park]


def park_in_words(name: str, is_sample: bool) -> str:
    """A park as it is shown: one of the demo set is marked as such."""
    return _("%(park)s（示例）") % {"park": name} if is_sample else name


class Park(TreeNode):
    """An industry park, or one base of a park that has several. It reports to one area, and may reach into others.

    Figures count a park in the area it reports to, so that areas always add up.
    """

    path_kind: ClassVar[str] = "p"

    key = models.SlugField(_("园区标识"), max_length=40, unique=True, help_text=_("用于网址和命令行，如 kic"))
    name = models.CharField(_("园区名称"), max_length=100)
    area = models.ForeignKey(Area, models.PROTECT, verbose_name=_("所属辖区"), related_name="parks")
    other_areas = models.ManyToManyField(
        Area,
        verbose_name=_("跨及辖区"),
        blank=True,
        related_name="parks_reaching_in",
        help_text=_("跨辖区的园区填写；统计只计入所属辖区"),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("主园区"),
        null=True,
        blank=True,
        related_name="bases",
        help_text=_("一园多基地时，分基地填写所属主园区"),
    )
    address = models.CharField(_("地址"), max_length=200, blank=True)
    is_sample = models.BooleanField(_("示例"), default=False, help_text=_("演示数据，名称后标注“示例”"))

    objects = PlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("园区")
        verbose_name_plural = pgettext_lazy("复数", "园区")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["path"], name="places_park_path"),
            models.UniqueConstraint(fields=["area", "name"], name="places_park_name_in_area"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="places_park_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return park_in_words(self.name, self.is_sample)

    def clean(self) -> None:
        super().clean()
        if self.parent and self.parent.parent_id:
            raise ValidationError({"parent": _("分基地下面不再设分基地，主园区选择最上一级园区。")})

    @property
    def path_parent(self) -> TreeNode:
        return self.parent or self.area


class ParkLine(NamedTuple):
    """What is told of a park that stands beside many others: made into models, a city's take longer than to be read."""

    pk: int
    path: str
    key: str
    name: str
    is_sample: bool

    def __str__(self) -> str:
        return park_in_words(self.name, self.is_sample)


class StatedFigure(models.Model):
    """A figure that a source states about a park, with its qualifier and day; two sources may differ, both are kept."""

    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), related_name="stated_figures")
    indicator = models.CharField(_("指标"), max_length=20, choices=Indicator)
    value = models.PositiveIntegerField(_("数值"))
    qualifier = models.CharField(_("准确程度"), max_length=2, choices=Qualifier, blank=True)
    as_of = models.DateField(_("截至"), null=True, blank=True)
    source = models.CharField(_("出处"), max_length=200, blank=True)

    objects = InParkQuerySet.as_manager()

    class Meta:
        verbose_name = _("公开数据")
        verbose_name_plural = pgettext_lazy("复数", "公开数据")
        ordering = ["park", "indicator", "as_of"]

    def __str__(self) -> str:
        return f"{self.get_indicator_display()} {self.value}{self.qualifier}"


class Building(models.Model):
    """A building of a park; its own area only where the park reaches into several."""

    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), related_name="buildings")
    name = models.CharField(_("楼宇名称"), max_length=60)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        verbose_name=_("所在辖区"),
        null=True,
        blank=True,
        related_name="buildings",
        help_text=_("园区跨辖区时填写"),
    )

    objects = InParkQuerySet.as_manager()

    class Meta:
        verbose_name = _("楼宇")
        verbose_name_plural = pgettext_lazy("复数", "楼宇")
        ordering = ["park", "name"]
        constraints = [models.UniqueConstraint(fields=["park", "name"], name="places_building_name_in_park")]

    def __str__(self) -> str:
        return str(self.name)


class ServiceStation(models.Model):
    """A party-and-masses service station (党群服务站), where activities happen."""

    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), related_name="stations")
    building = models.ForeignKey(
        Building, models.SET_NULL, verbose_name=_("楼宇"), null=True, blank=True, related_name="stations"
    )
    name = models.CharField(_("站点名称"), max_length=60)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    opening_hours = models.CharField(
        _("开放时间"), max_length=100, blank=True, db_default="", help_text=_("如“工作日 9:00～17:30”")
    )
    services = models.CharField(
        _("服务内容"), max_length=300, blank=True, db_default="", help_text=_("如“政策咨询、党课场地、图书借阅”")
    )
    since = models.DateField(_("启用日期"), null=True, blank=True)
    until = models.DateField(_("停用日期"), null=True, blank=True)

    objects = InParkQuerySet.as_manager()

    class Meta:
        verbose_name = _("党群服务站")
        verbose_name_plural = pgettext_lazy("复数", "党群服务站")
        ordering = ["park", "name"]
        constraints = [
            models.UniqueConstraint(fields=["park", "name"], name="places_station_name_in_park"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gt=F("since")),
                name="places_station_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return str(self.name)

    def clean(self) -> None:
        super().clean()
        if self.building and self.building.park_id != self.park_id:
            raise ValidationError({"building": _("楼宇不在所选园区内。")})
