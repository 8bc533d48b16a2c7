"""What one finds on the desks, left there by the demo's own users through the services: the trail tells of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityType
from parkparty.activities.services.records import save_activity
from parkparty.activities.services.review import approve_activity, return_activity
from parkparty.activities.services.steps import submit_activity
from parkparty.companies.choices import CoverageChoice, Denominator, GapReason
from parkparty.companies.models import Company, Visit
from parkparty.core.dates import month_of, quarter_of
from parkparty.coverage.choices import TargetRate
from parkparty.coverage.services import set_target, take_snapshot
from parkparty.demo.services.activities import Diary
from parkparty.demo.services.organizations import Branch
from parkparty.demo.services.stage import Stage
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park
from parkparty.rules.figures import LimitBook

APPROVED_LAST = 4
QUARTERS, TARGET_TENTHS = 6, 750
NOT_YET_VISITED = 4
"""Every fourth company."""

FOUND = (GapReason.RELATIONS_ELSEWHERE, GapReason.OWNER_HESITATES, GapReason.NO_SECRETARY, GapReason.UNSTABLE)
"""The reasons that demo companies give."""


def lay_on_desks(diary: Diary, branch: Branch, secretary: User, reviewer: User) -> None:
    """The secretary's: one record given back, one under review, two drafts. The reviewer's: the rest of the queue."""
    today, author, judge = diary.stage.today, scope_of(secretary), scope_of(reviewer)
    month, quarter = month_of(today).since, quarter_of(today).since

    day = max(month, today - dt.timedelta(days=8))
    meeting = _log(diary.draft(branch, day, "committee_meeting", secretary), "committee_meeting")
    meeting = submit_activity(meeting, by=secretary, scope=author)
    return_activity(meeting, by=reviewer, scope=judge, reason=diary.words["return_reasons"][0])

    day = max(quarter, today - dt.timedelta(days=5))
    assembly = _log(diary.draft(branch, day, "branch_assembly", secretary), "branch_assembly")
    submit_activity(assembly, by=secretary, scope=author)

    theme_day = diary.draft(branch, today, "theme_day", secretary)
    theme_day.summary = ""
    _log(theme_day, "theme_day")
    salon = diary.draft(branch, today + dt.timedelta(days=6), "salon", secretary)
    salon.present, salon.summary = None, ""
    _log(salon, "salon", branch)

    for activity in Activity.objects.reviewable(judge).order_by("filed_at")[:APPROVED_LAST]:
        approve_activity(activity, by=reviewer, scope=judge)


def _log(activity: Activity, type: str, guests: Branch | None = None) -> Activity:
    return save_activity(
        activity,
        by=activity.author,
        scope=scope_of(activity.author),
        types=ActivityType.objects.filter(pk=type),
        companies=guests.companies[:3] if guests else (),
    )


def ask_why(stage: Stage, park: Park, visitor: Organization) -> None:
    """What the park's committee found on its visits to companies that have no branch of their own; not to all yet."""
    day = stage.today
    limits = LimitBook().of(Denominator.YINGJIAN, day)
    lacking: Any = Company.objects.population(park, Denominator.YINGJIAN, day, limits)
    for number, company in enumerate(lacking.covered(CoverageChoice.NOT_OWN, day).order_by("pk")):
        if number % NOT_YET_VISITED:
            on = stage.day_between(day - dt.timedelta(days=150), day - dt.timedelta(days=3))
            reason = stage.chance.choice(FOUND)
            stage.add([Visit(company=company, organization=visitor, visited_on=on, reason=reason)])


def set_course(stage: Stage, district: Area, reviewer: User) -> None:
    """The reviewer's target for the year, and the figures of the last quarters' ends, frozen: points of the trend."""
    target = set_target(
        district,
        year=stage.today.year,
        rate=TargetRate.ORGANIZATION,
        denominator=Denominator.OPERATING,
        tenths=TARGET_TENTHS,
        by=reviewer,
    )
    stage.keep([target] if target else [])
    day = stage.today
    for _quarter in range(QUARTERS):
        day = quarter_of(day).since - dt.timedelta(days=1)
        snapshot, _is_new = take_snapshot(district, as_of=day, denominator=Denominator.OPERATING, by=reviewer)
        stage.keep([snapshot])
