"""Days of which writers could not tell a leader at once: its row was taken, and no writer waits for another."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, Least

from parkparty.activities.models import Leader, LeaderMark
from parkparty.organizations.models import Organization

UNTOLD = """
SELECT DISTINCT held.organization_id, held.held_on FROM (
    SELECT organization_id, held_on FROM activities_activity
    UNION ALL SELECT organization_id, held_on FROM activities_jointhost
) held LEFT JOIN activities_leader leader ON leader.organization_id = held.organization_id
WHERE (leader.first_on IS NULL OR held.held_on NOT BETWEEN leader.first_on AND leader.last_on) AND NOT EXISTS (
    SELECT 1 FROM activities_leadermark mark WHERE mark.leader_id = held.organization_id AND mark.held_on = held.held_on
)
"""
"""Days that no leader tells and no mark."""
MARK_UNTOLD = "INSERT INTO activities_leadermark (leader_id, held_on) " + UNTOLD


@transaction.atomic
def tell_leaders() -> None:
    """Tell leaders of the days that were left as marks. A row that is taken keeps its marks until the next time."""
    marks = LeaderMark.objects.filter(leader=OuterRef("pk"))
    free = Leader.objects.filter(Exists(marks)).select_for_update(no_key=True, skip_locked=True)
    first, last = (Subquery(marks.order_by(order).values("held_on")[:1]) for order in ("held_on", "-held_on"))
    Leader.objects.filter(pk__in=[leader.pk for leader in free.only("pk")]).update(
        first_on=Least(Coalesce("first_on", first), first), last_on=Greatest(Coalesce("last_on", last), last)
    )
    # All that a leader tells now, whoever told it: days only widen. Of an organisation that went nothing is left.
    outside = Q(first_on=None) | Q(first_on__gt=OuterRef("held_on")) | Q(last_on__lt=OuterRef("held_on"))
    LeaderMark.objects.exclude(Exists(Leader.objects.filter(outside, pk=OuterRef("leader")))).delete()


def untold() -> list[str]:
    """The organisations and days that lists would pass over, in words; nothing when all is right."""
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD)
        return [f"{organization} {day} ∉" for organization, day in cursor.fetchall()]


@transaction.atomic
def tell_untold() -> None:
    """Mark such days, as if their writers had, and tell them; an organisation without a leader gets one."""
    lone = Organization.objects.filter(leader=None).select_for_update(no_key=True, skip_locked=True, of=("self",))
    Leader.objects.bulk_create(
        (Leader(pk=each.pk, park_id=each.park_id, area_id=each.area_id, path=each.path) for each in lone),
        ignore_conflicts=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(MARK_UNTOLD)
    tell_leaders()
