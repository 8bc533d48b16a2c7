"""What a user is told on the site and, once a day at most, by mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.core.models import ENGLISH, reads_english
from parkparty.notices.choices import SENTENCES, NoticeKind
from parkparty.notices.querysets import NoticeQuerySet


class Notice(models.Model):
    """One sentence for one user, with the address on this site that it leads to.

    ``about`` names the record (``activities.activity:12``); ``values`` fill the sentence of the kind, and under ``en``
    stand those that are called otherwise in English.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="notices")
    kind = models.CharField(_("种类"), max_length=12, choices=NoticeKind)
    about = models.CharField(_("对象"), max_length=100, blank=True)
    values = models.JSONField(_("内容"), default=dict)
    address = models.CharField(_("地址"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("时间"), auto_now_add=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    mailed_at = models.DateTimeField(_("邮件时间"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = pgettext_lazy("复数", "通知")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_of_user"),
            models.Index(fields=["user"], condition=Q(read_at__isnull=True), name="notices_unread"),
            models.Index(fields=["about"], condition=Q(read_at__isnull=True), name="notices_open_about"),
        ]
        constraints = [models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notices_kind_known")]

    def __str__(self) -> str:
        values = self.values | (self.values.get(ENGLISH, {}) if reads_english() else {})
        return str(SENTENCES[NoticeKind(self.kind)] % values)


class MailChoice(models.Model):
    """A user who wants no mail; whoever has no row gets the digest."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="mail_choice", primary_key=True
    )
    is_off = models.BooleanField(_("不收邮件"), default=False)

    class Meta:
        verbose_name = _("邮件选择")
        verbose_name_plural = pgettext_lazy("复数", "邮件选择")

    def __str__(self) -> str:
        return str(self.user)
