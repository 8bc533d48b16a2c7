"""What a reviewer should look at twice, found when a record is sent, and each told in a sentence."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from parkparty.activities.choices import LATE_AFTER_DAYS, THIN_UNDER, Flag
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.core.dates import month_of


def flags_of(activity: Activity) -> list[Flag]:
    """The flags of a record as it stands, in the order of ``Flag``."""
    found = {
        Flag.LATE: is_late(activity),
        Flag.FEW: _is_under_half(activity),
        Flag.SAME_PHOTO: _has_known_photo(activity),
        Flag.THIN: len(activity.summary.strip()) < THIN_UNDER,
    }
    return [flag for flag, holds in found.items() if holds]


def is_late(activity: Activity) -> bool:
    """First sent more than a week after the month in which it was held."""
    if activity.filed_at is None:
        return False
    last = month_of(activity.held_on).last_day + dt.timedelta(days=LATE_AFTER_DAYS)
    return timezone.localdate(activity.filed_at) > last


def explained(activity: Activity) -> list[str]:
    """A sentence for each flag that the record was sent with."""
    filed_on = timezone.localdate(activity.filed_at) if activity.filed_at else None
    facts = {
        "held_on": activity.held_on,
        "filed_on": filed_on,
        "present": activity.present,
        "expected": activity.expected,
        "length": len(activity.summary.strip()),
    }
    sentences = {
        Flag.LATE: _("补报：%(held_on)s 的活动，%(filed_on)s 才第一次提交。"),
        Flag.FEW: _("到会不足一半：应到 %(expected)s 人，实到 %(present)s 人。"),
        Flag.SAME_PHOTO: _("有照片与别的记录里的照片相同。"),
        Flag.THIN: _("内容摘要只有 %(length)s 个字。"),
        Flag.IMPORTED: _("这条记录由名册导入，当年已在线下办结。"),
    }
    return [sentences[flag] % facts for flag in Flag if flag in activity.flags.split(",")]


def _is_under_half(activity: Activity) -> bool:
    return activity.present is not None and activity.expected is not None and 2 * activity.present < activity.expected


def _has_known_photo(activity: Activity) -> bool:
    own = activity.photos.values_list("sha256", flat=True)
    return ActivityPhoto.objects.filter(sha256__in=own).exclude(activity=activity).exists()
