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
from parkparty.reports.figures.released import edition_of, released_around
from parkparty.reports.figures.together import told_beside
from parkparty.reports.models import FileJob, Release, ReportVersion


@transaction.atomic
def decide_release(version: ReportVersion, *, is_released: bool, reason: str, by: User) -> list[int]:
    """Release a public edition or refuse to, once; gives the keys of the files that waited for it.

    Raises:
        ValidationError: it is no public edition or decided already, ``by`` proposed it, a refusal says no reason, or
            together with what is out already it would give a small number away.
    """
    # Two that are released at once would not know of each other: decisions wait in line.
    list(Release.objects.select_for_update().filter(state=ReleaseState.WAITING).order_by("pk"))
    release = Release.objects.select_for_update().filter(version=version).first()
    if release is None:
        raise ValidationError(_("这份报告不是公开版，不用批准。"))
    if release.state != ReleaseState.WAITING:
        raise ValidationError(_("这一版已经有了决定：%(state)s。") % {"state": release.get_state_display()})
    if release.proposed_by_id == by.pk:
        raise ValidationError(_("自己提出的公开版由另一人批准。"))
    if not is_released and not reason.strip():
        raise ValidationError(_("写明不予公开的原因。"))
    if is_released:
        _refuse_what_gives_away(version)
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


def _refuse_what_gives_away(version: ReportVersion) -> None:
    """Public editions can be subtracted from each other: refuse one that tells a small number in that way.

    A version that is generated anew leaves these numbers out, since the others are out by now.
    """
    around = released_around(version.node, version.period, version.as_of)
    found = told_beside(edition_of(version), around)
    if not found:
        return
    cells = version.report.cells
    numbers = _("、").join(f"“{cells[id].label if id in cells else id}”" for id in found)
    editions = _("、").join(sorted({name for names in found.values() for name in names}))
    raise ValidationError(
        _(
            "与已经公开的%(editions)s相减，可以推算出小于三的数字：%(numbers)s。"
            "重新生成公开版，这些数字会一并不公布，再批准新的一版。"
        )
        % {"editions": editions, "numbers": numbers}
    )
