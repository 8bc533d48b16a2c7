"""How somebody looks at the list of activities: views with names, columns, the calendar."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.activities.querysets import SavedViewQuerySet
from parkparty.organizations.models import Organization


class SavedView(models.Model):
    """A list of activities as somebody looks at it: the query of its address, with a name.

    It is its owner's own, or shared with all who hold a role on ``organization`` or below it. It shows each reader
    what lies in their own scope.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("所有者"), related_name="saved_views"
    )
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("查询"), max_length=1000, blank=True)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, verbose_name=_("共享给"), null=True, blank=True, related_name="+"
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("视图")
        verbose_name_plural = pgettext_lazy("复数", "视图")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="activities_view_name_once")]

    def __str__(self) -> str:
        return str(self.name)


class ListChoice(models.Model):
    """How a user likes the list: the columns (keys, with commas between) and the view it opens with."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="list_choice")
    columns = models.CharField(_("列"), max_length=200, blank=True)
    first_view = models.ForeignKey(SavedView, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("列表设置")
        verbose_name_plural = pgettext_lazy("复数", "列表设置")

    def __str__(self) -> str:
        return str(self.user)


class CalendarFeed(models.Model):
    """A secret address under which a calendar program reads what its owner may see; only its digest is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("创建时间"), auto_now=True)

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = pgettext_lazy("复数", "日历订阅")

    def __str__(self) -> str:
        return str(self.user)
