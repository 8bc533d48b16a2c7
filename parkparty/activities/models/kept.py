"""What triggers of the database keep beside the activities."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Substr

from parkparty.activities.models.records import Activity
from parkparty.core.paths import STEP, PathField
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park


class Leader(models.Model):
    """Where an organisation sits and stands, and between which days it held activities, alone or jointly, if ever.

    All that it holds lies between ``first_on`` and ``last_on``, which never come nearer to each other, or on the day of
    one of its marks. Its row comes, moves and goes with its organisation, by triggers of the database
    (``migrations._marks``): nothing else is to ask for it. The days are told by the fold alone.
    """

    organization = models.OneToOneField(Organization, models.DO_NOTHING, primary_key=True, db_constraint=False)
    park = models.ForeignKey(Park, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    area = models.ForeignKey(Area, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False)
    path = PathField(null=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)

    class Meta:
        # Of a dormant place they hold nobody. Those of a place, and of a parent, that met last stand together.
        indexes = [
            models.Index(
                fields=[name, "last_on", "organization"],
                condition=Q(first_on__isnull=False),
                name=f"activities_last_by_{name}",
            )
            for name in ("path", "park", "area")
        ] + [
            models.Index(
                Substr("path", 1, Length("path") - STEP),
                "last_on",
                "organization",
                condition=Q(first_on__isnull=False),
                name="activities_last_by_parent",
            )
        ]

    def __str__(self) -> str:
        return str(self.organization_id)


class LeaderMark(models.Model):
    """A day on which an organisation held an activity, of which its leader is still to be told.

    Left by triggers (``migrations._marks``), so that imports and plain SQL are seen as well and no writer waits for
    another, and told by ``services.leaders``.
    """

    leader = models.ForeignKey(Leader, models.DO_NOTHING, related_name="marks", db_index=False, db_constraint=False)
    held_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["leader", "held_on"], name="activities_leader_marks")]

    def __str__(self) -> str:
        return f"{self.leader_id} {self.held_on}"


class JointHost(models.Model):
    """A host of an activity that another organisation leads, with the day: few beside all hosts, and asked for by day.

    Written by triggers of the database (``migrations._marks``) as its marks are.
    """

    activity = models.ForeignKey(
        Activity, models.DO_NOTHING, related_name="joint_hosts", db_index=False, db_constraint=False
    )
    organization = models.ForeignKey(
        Organization, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    held_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["activity", "organization"], name="activities_joint_host_once"),
        ]
        indexes = [models.Index(fields=["organization", "held_on", "activity"], name="activities_by_joint_host")]

    def __str__(self) -> str:
        return f"{self.activity_id} {self.organization_id}"
