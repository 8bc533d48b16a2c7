from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.utils.translation import gettext_lazy as _

from parkparty.audit.choices import SHORTEST_RETENTION_DAYS


class AuditConfig(AppConfig):
    name = "parkparty.audit"
    label = "audit"
    verbose_name = _("操作记录")

    def ready(self) -> None:
        checks.register(retention_is_lawful)


def retention_is_lawful(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Whether ``AUDIT_RETENTION_DAYS`` keeps the trail for the six months that the law asks for."""
    if settings.AUDIT_RETENTION_DAYS >= SHORTEST_RETENTION_DAYS:
        return []
    message = f"AUDIT_RETENTION_DAYS={settings.AUDIT_RETENTION_DAYS}，操作记录至少保存 {SHORTEST_RETENTION_DAYS} 天"
    return [checks.Error(message, hint=f"改为 {SHORTEST_RETENTION_DAYS} 或更大的数", id="audit.E001")]
