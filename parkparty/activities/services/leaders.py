"""What triggers keep of leaders: where they sit, and as marks the days that the fold is to tell them."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
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


def misplaced() -> QuerySet[Organization]:
    """Organisations of which no leader says where they sit and stand: others would be asked to review them."""
    park, area = (Coalesce(name, 0) for name in ("park_id", "area_id"))
    its_park, its_area = (Coalesce(OuterRef(name), 0) for name in ("park_id", "area_id"))
    leaders = Leader.objects.alias(in_park=park, in_area=area).filter(pk=OuterRef("pk"), path=OuterRef("path"))
    return Organization.objects.exclude(Exists(leaders.filter(in_park=its_park, in_area=its_area)))


def differences() -> list[str]:
    """What lists and queues would pass over or show to others, in words; nothing when all is right."""
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD)
        untold = [f"{organization} {day} ∉" for organization, day in cursor.fetchall()]
    return untold + [f"{organization.pk} {organization.path} ≠" for organization in misplaced().order_by("pk")]


@transaction.atomic
def tell_anew() -> None:
    """Say of every organisation where it sits and stands, and mark days that nobody told, as if their writers had."""
    found = misplaced().select_for_update(no_key=True, skip_locked=True, of=("self",))
    Leader.objects.bulk_create(
        (Leader(pk=each.pk, park_id=each.park_id, area_id=each.area_id, path=each.path) for each in found),
        update_conflicts=True,
        unique_fields=["organization"],
        update_fields=["park", "area", "path"],
    )
    with connection.cursor() as cursor:
        cursor.execute(MARK_UNTOLD)
    tell_leaders()
