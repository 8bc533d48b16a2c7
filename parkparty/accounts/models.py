"""Who signs in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.accounts.querysets import UserQuerySet


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's, with the reads of ``UserQuerySet``."""

    use_in_migrations = False


class User(AbstractUser):
    """A login with a display name. Roles and their subtrees are grants in ``access``, never flags here."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField(
        _("显示名"), max_length=60, help_text=_("页面和记录上显示的称呼，如“园区党委办公室”")
    )

    password_changed_at = models.DateTimeField(_("密码修改时间"), null=True, blank=True, editable=False)
    unread_notices = models.PositiveIntegerField(_("未读通知"), default=0, db_default=0, editable=False)
    """Kept by ``notices``, so that the number beside the bell costs no page a query."""

    REQUIRED_FIELDS = ["display_name", "email"]

    objects: ClassVar[Any] = UserManager()

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = pgettext_lazy("复数", "用户")
        ordering = ["username"]

    def __str__(self) -> str:
        return str(self.display_name or self.username)

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password)
        self.password_changed_at = timezone.now()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
