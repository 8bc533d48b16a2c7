"""Letting a public edition leave the office, or not."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.reports.choices import JobState, ReleaseState
from parkparty.reports.models import FileJob, Release, ReportVersion


@transaction.atomic
def decide_release(version: ReportVersion, *, is_released: bool, reason: str, by: User) -> list[int]:
    """Release a public edition or refuse to, once; gives the keys of the files that waited for it.

    Raises:
        ValidationError: it is no public edition or decided already, ``by`` proposed it, or a refusal says no reason.
    """
    release = Release.objects.select_for_update().filter(version=version).first()
    if release is None:
        raise ValidationError(_("这份报告不是公开版，不用批准。"))
    if release.state != ReleaseState.WAITING:
        raise ValidationError(_("这一版已经有了决定：%(state)s。") % {"state": release.get_state_display()})
    if release.proposed_by_id == by.pk:
        raise ValidationError(_("自己提出的公开版由另一人批准。"))
    if not is_released and not reason.strip():
        raise ValidationError(_("写明不予公开的原因。"))
    release.state = ReleaseState.RELEASED if is_released else ReleaseState.REFUSED
    release.decided_by, release.decided_at = by, timezone.now()
    release.reason = "" if is_released else reason.strip()
    release.save()
    action = gettext_noop("批准公开") if is_released else gettext_noop("不予公开")
    changes = {"state": [ReleaseState.WAITING.value, release.state.value], "sha256": [None, version.sha256]}
    record(action, version, by=by, changes=changes, reason=release.reason)
    held = FileJob.objects.filter(version=version, state=JobState.HELD)
    if is_released:
        keys = list(held.select_for_update().values_list("pk", flat=True))
        held.update(state=JobState.WAITING, asked_at=timezone.now())
        return keys
    told = _("没有批准公开：%(reason)s") % {"reason": release.reason}
    held.update(state=JobState.FAILED, refusal=told[:300])
    return []
