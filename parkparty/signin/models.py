"""What signing in leaves behind: tries, sessions, second factors, invitations, links to an identity provider."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from parkparty.core.models import TreeNode
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from parkparty.signin.querysets import ApiTokenQuerySet, AttemptQuerySet, InvitationQuerySet, LoginSessionQuerySet
from parkparty.signin.rules import device, masked


class Attempt(models.Model):
    """One try at a password or a code that has not succeeded, kept only as long as a limit counts it.

    The account stands as a hash: people type their password where the login name belongs.
    """

    account = models.CharField(_("账号摘要"), max_length=64)
    place = models.CharField(_("来源"), max_length=64, blank=True)
    at = models.DateTimeField(_("时间"), auto_now_add=True, db_index=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录尝试")
        verbose_name_plural = pgettext_lazy("复数", "登录尝试")
        indexes = [
            models.Index(fields=["account", "place", "at"], name="signin_attempt_by_account"),
            models.Index(fields=["place", "at"], name="signin_attempt_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.place}"


class LoginSession(models.Model):
    """One signed-in browser, so that its owner can see and end it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="login_sessions"
    )
    key = models.CharField(_("会话标识"), max_length=40, unique=True)
    since = models.DateTimeField(_("登录时间"))
    last_seen = models.DateTimeField(_("最近使用"))
    address = models.CharField(_("登录地址"), max_length=45, blank=True)
    agent = models.CharField(_("浏览器"), max_length=300, blank=True)

    objects = LoginSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录")
        verbose_name_plural = pgettext_lazy("复数", "登录")
        ordering = ["-last_seen"]

    def __str__(self) -> str:
        return self.device

    @property
    def device(self) -> str:
        """Browser and system in words."""
        return device(self.agent)

    @property
    def masked_address(self) -> str:
        """Where it was signed in, without the last parts."""
        return masked(self.address)


class Authenticator(models.Model):
    """The second factor of a user: an authenticator app that shares a secret with the site."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="authenticator"
    )
    sealed_secret = models.CharField(_("加密的密钥"), max_length=255)
    since = models.DateTimeField(_("启用时间"), auto_now_add=True)
    last_step = models.BigIntegerField(_("最近用过的时段"), default=0)

    class Meta:
        verbose_name = _("第二步验证")
        verbose_name_plural = pgettext_lazy("复数", "第二步验证")

    def __str__(self) -> str:
        return str(self.user)


class RecoveryCode(models.Model):
    """A code for when the phone is gone, as a salted hash; the row goes when the code is used."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="recovery_codes"
    )
    hash = models.CharField(_("摘要"), max_length=255)

    class Meta:
        verbose_name = _("恢复码")
        verbose_name_plural = pgettext_lazy("复数", "恢复码")

    def __str__(self) -> str:
        return str(self.user)


class Invitation(models.Model):
    """A link by which a person sets their password, once. Only the hash of its 256 random bits is kept."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="invitations"
    )
    digest = models.CharField(_("摘要"), max_length=64, unique=True)
    since = models.DateTimeField(_("发出时间"), auto_now_add=True)
    expires_at = models.DateTimeField(_("到期时间"))
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("发出人"),
        null=True,
        blank=True,
        related_name="issued_invitations",
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("开通链接")
        verbose_name_plural = pgettext_lazy("复数", "开通链接")
        ordering = ["-since"]

    def __str__(self) -> str:
        return str(self.user)


class IdentityLink(models.Model):
    """Which person of an identity provider a user is; made at the first sign-in, by a claim it vouches for."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="identity_links"
    )
    issuer = models.CharField(_("统一身份平台"), max_length=200)
    subject = models.CharField(_("平台上的标识"), max_length=255)
    since = models.DateTimeField(_("关联时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("统一身份关联")
        verbose_name_plural = pgettext_lazy("复数", "统一身份关联")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="signin_identity_once"),
            models.UniqueConstraint(fields=["issuer", "user"], name="signin_identity_per_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.issuer}"


class ApiToken(models.Model):
    """A key by which a program reads what its owner may read, or only what lies at one node and below.

    Only the hash of its 256 random bits is kept. ``minute`` is the last minute of use, ``used`` how often in it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name=_("用户"), related_name="api_tokens"
    )
    name = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(_("摘要"), max_length=64, unique=True)
    mark = models.CharField(_("开头几位"), max_length=12)
    organization = models.ForeignKey(
        Organization, models.CASCADE, verbose_name=_("党组织"), null=True, blank=True, related_name="+"
    )
    area = models.ForeignKey(Area, models.CASCADE, verbose_name=_("辖区"), null=True, blank=True, related_name="+")
    park = models.ForeignKey(Park, models.CASCADE, verbose_name=_("园区"), null=True, blank=True, related_name="+")
    since = models.DateTimeField(_("生成时间"), auto_now_add=True)
    expires_at = models.DateTimeField(_("到期时间"))
    last_used = models.DateTimeField(_("最近使用"), null=True, blank=True)
    minute = models.DateTimeField(_("计次的一分钟"), null=True, blank=True)
    used = models.PositiveIntegerField(_("这一分钟的次数"), default=0)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = pgettext_lazy("复数", "接口令牌")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=True, area__isnull=True)
                | Q(organization__isnull=True, park__isnull=True)
                | Q(area__isnull=True, park__isnull=True),
                name="signin_token_on_one_node_at_most",
            )
        ]

    def __str__(self) -> str:
        return str(self.name)

    @property
    def node(self) -> TreeNode | None:
        """What the key is narrowed to; None for all that its owner may read."""
        return self.organization or self.area or self.park

    @property
    def has_run_out(self) -> bool:
        """Whether its time is over."""
        return bool(self.expires_at <= timezone.now())
