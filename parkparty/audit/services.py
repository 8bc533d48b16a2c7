"""Writing the audit trail, inside the transaction of the change that it records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.core.middleware import current_request_id


def record(
    action: str,
    target: models.Model | None,
    *,
    by: User | None,
    changes: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Add one entry. ``by`` is None for the command line; ``changes`` maps a field to ``[before, after]``."""
    return AuditEntry.objects.create(
        actor=by,
        actor_name=str(by)[:60] if by else _("命令行"),
        action=action,
        content_type=ContentType.objects.get_for_model(target) if target else None,
        object_id=str(target.pk) if target else "",
        object_name=str(target)[:200] if target else "",
        changes=changes or {},
        reason=reason,
        request_id=current_request_id.get(),
    )


def snapshot(target: models.Model, fields: Iterable[str]) -> dict[str, Any]:
    """The values of ``fields`` now, foreign keys by their name, for ``difference`` later."""
    values = {}
    for name in fields:
        value = getattr(target, name)
        values[name] = str(value) if isinstance(value, models.Model) else value
    return values


def difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
    """The fields that differ, each with ``[before, after]``."""
    return {name: [before.get(name), value] for name, value in after.items() if before.get(name) != value}
