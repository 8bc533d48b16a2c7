"""Five neighbourhoods around one node, alike in all but their place in the tree, each full of its own canaries.

Everybody of the matrix holds a role on the node of OWN. What lies in OWN and CHILD is theirs; PARENT, SIBLING and OTHER
are not, whatever the role. Every text of a neighbourhood carries its canary, so that one byte too many is found, and
wants to be an element, a template and a format, so that a page that runs what people type is found by the same crawl.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import docx
from django.core.files.base import ContentFile
from django.db.models import Model
from PIL import Image

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import (
    Activity,
    ActivityAttachment,
    ActivityHost,
    ActivityPhoto,
    ActivityTheme,
    ActivityType,
    SavedView,
)
from parkparty.audit.services import record
from parkparty.companies.choices import Denominator
from parkparty.companies.models import CompanyMemberCount, Industry, Membership
from parkparty.coverage.services import take_snapshot
from parkparty.engagement.choices import RobotKind
from parkparty.engagement.models import Robot, RobotMessage
from parkparty.founding.models import FoundingCase
from parkparty.organizations.choices import OfficerPost, OrganizationType
from parkparty.organizations.models import MemberCount, Officer, Organization
from parkparty.places.choices import AreaLevel, Indicator
from parkparty.places.models import Area, Building, Park, ServiceStation, StatedFigure
from parkparty.reports.choices import FileFormat, JobState, PeriodState, ReportKind
from parkparty.reports.models import Closing, FileJob, Layout, Mailing, ReportVersion
from parkparty.rosters.choices import BatchState, IssueKind, Outcome
from parkparty.rosters.models import RosterBatch, RosterIssue, RosterRow
from parkparty.rules.choices import RuleKind, Strength
from parkparty.rules.models import Rule
from parkparty.signin.models import ApiToken, LoginSession
from parkparty.signin.services.tokens import make_token
from tests.conftest import LONG_AGO, cover, make_company, make_organization

HOSTILE = """'"><plant plant>{{7*7}}%s"""
MORNING = dt.datetime(2026, 11, 3, 9, tzinfo=dt.UTC)


class Relation(StrEnum):
    """Where a record stands, seen from the node that the readers hold."""

    OWN = "own"
    CHILD = "child"
    PARENT = "parent"
    SIBLING = "sibling"
    OTHER = "other"
    MISSING = "missing"


THEIRS = (Relation.OWN, Relation.CHILD)
FOREIGN = (Relation.PARENT, Relation.SIBLING, Relation.OTHER)


def canary(relation: str) -> str:
    """The token in every text of a neighbourhood."""
    return f"CANARY{relation.upper()}Z"


def contact(relation: str) -> str:
    """The token in the name and the telephone number of a neighbourhood's officer."""
    return f"CONTACT{relation.upper()}Z"


def text_of(relation: str) -> str:
    """What stands in every text of a neighbourhood."""
    return f"{HOSTILE}{canary(relation)}"


def foreign_in(text: str, *also: str) -> list[str]:
    """Tokens in ``text`` of the neighbourhoods that are nobody's of the readers, and those of ``also``."""
    tokens = [token for relation in FOREIGN for token in (canary(relation), contact(relation))]
    return [token for token in (*tokens, *also) if token in text]


def name_of_node(relation: str) -> str:
    """What an area or organisation is called: the names above one's own are public, those beside are not."""
    return "上级" if relation == "parent" else text_of(relation)


@dataclass(frozen=True)
class Neighbourhood:
    """One area with its park, its organisation, and one of everything that hangs on them."""

    relation: Relation
    area: Area
    organization: Organization
    rows: dict[type[Model], Model]

    @property
    def park(self) -> Park:
        return self.rows[Park]  # type: ignore[return-value]


@dataclass(frozen=True)
class SecurityWorld:
    """The neighbourhoods, and a user for each role who holds it on OWN, with a key of theirs for programs."""

    neighbourhoods: dict[Relation, Neighbourhood]
    users: dict[str, User]
    tokens: dict[str, str]
    type: ActivityType

    def __getitem__(self, relation: Relation) -> Neighbourhood:
        return self.neighbourhoods[relation]


def build() -> SecurityWorld:
    """Write it all; the readers write nothing of it, so that nothing here is theirs by authorship."""
    writer = User.objects.create_user("writer", display_name="填报人")
    kind = ActivityType.objects.get_or_create(code="theme_day", defaults={"name": "主题党日"})[0]
    ActivityTheme.objects.get_or_create(code="service", defaults={"name": "党建+服务"})
    Industry.objects.get_or_create(code="I", defaults={"name": "信息传输、软件和信息技术服务业"})
    reference = {"kind": RuleKind.REFERENCE, "strength": Strength.USUAL, "since": LONG_AGO}
    Rule.objects.get_or_create(code="R02", defaults=reference)
    city = Area.objects.create(code="310000", name=name_of_node("parent"), level=AreaLevel.CITY)
    town = Area.objects.create(code="310110", name=text_of("own"), level=AreaLevel.DISTRICT, parent=city)
    areas = {
        Relation.PARENT: city,
        Relation.OWN: town,
        Relation.CHILD: _area("310110019", "child", town),
        Relation.SIBLING: _area("310107", "sibling", city),
        Relation.OTHER: _area("430100", "other", None),
    }
    top = _organization("P", "parent", None, areas)
    own = _organization("W", "own", top, areas)
    organizations = {
        Relation.PARENT: top,
        Relation.OWN: own,
        Relation.CHILD: _organization("C", "child", own, areas),
        Relation.SIBLING: _organization("S", "sibling", top, areas),
        Relation.OTHER: _organization("X", "other", None, areas),
    }
    neighbourhoods = {
        relation: _furnish(number, relation, areas[relation], organizations[relation], writer, kind)
        for number, relation in enumerate(areas)
    }
    users = _users(areas[Relation.OWN], own)
    tokens = {role: make_token(by=user, name="matrix", days=30, node=None) for role, user in users.items()}
    return SecurityWorld(neighbourhoods, users, tokens, kind)


def _area(code: str, relation: str, parent: Area | None) -> Area:
    return Area.objects.create(code=code, name=name_of_node(relation), level=AreaLevel.TOWN, parent=parent)


def _organization(code: str, relation: str, parent: Organization | None, areas: dict[Relation, Area]) -> Organization:
    kind = OrganizationType.JOINT_BRANCH if relation == "child" else OrganizationType.WORKING_COMMITTEE
    return make_organization(code, kind, parent, name=name_of_node(relation), area=areas[Relation(relation)])


def _furnish(
    number: int, relation: Relation, area: Area, organization: Organization, writer: User, kind: ActivityType
) -> Neighbourhood:
    token = text_of(relation)
    park = Park.objects.create(key=f"park-{relation}", name=token, area=area, address=token)
    company = make_company(number, park, name=token)
    link = cover(company, organization)
    activity = Activity.objects.create(
        organization=organization,
        park=park,
        author=writer,
        topic=token,
        summary=token,
        place=token,
        held_on=dt.date(2026, 11, 2),
        state=ActivityState.SUBMITTED,
        filed_at=MORNING,
    )
    activity.types.set([kind])
    ActivityHost.objects.create(activity=activity, organization=organization)
    account = User.objects.create_user(f"user-{relation}", display_name=token)
    made = [
        park,
        company,
        link,
        activity,
        account,
        company.tenancies.get(),
        Building.objects.create(park=park, name=token),
        ServiceStation.objects.create(park=park, name=token),
        StatedFigure.objects.create(park=park, indicator=Indicator.values[0], value=1, source=token),
        Membership.objects.create(company=company, organization=organization, since=LONG_AGO),
        take_snapshot(park, as_of=LONG_AGO, denominator=Denominator.REGISTERED, by=account)[0],
        local_rule(relation, organization),
        FoundingCase.objects.create(organization=organization, opened_by=account),
        CompanyMemberCount.objects.create(company=company, as_of=LONG_AGO, full=1),
        MemberCount.objects.create(organization=organization, as_of=LONG_AGO, full=3),
        Officer.objects.create(
            organization=organization,
            post=OfficerPost.SECRETARY,
            name=contact(relation),
            phone=contact(relation),
            since=LONG_AGO,
        ),
        Grant.objects.create(user=account, role=Role.VIEWER, organization=organization, since=LONG_AGO),
        LoginSession.objects.create(user=account, key=f"session-{relation}", since=MORNING, last_seen=MORNING),
        ApiToken.objects.create(user=account, name=token, digest=token[-64:], expires_at=MORNING.replace(year=2126)),
        ActivityPhoto.objects.create(activity=activity, file=ContentFile(_picture(), "x.jpg"), sha256=token),
        SavedView.objects.create(owner=account, name=token),
        robot := Robot.objects.create(organization=organization, kind=RobotKind.WECOM, sealed_address=token),
        RobotMessage.objects.create(robot=robot, text=token),
        ActivityAttachment.objects.create(
            activity=activity, file=ContentFile(token.encode(), "x.pdf"), name=f"{token}.pdf", size=9, sha256=token
        ),
        upload_roster(account, park, token),
        *_report(account, park, token),
    ]
    record("新建活动", activity, by=account)
    return Neighbourhood(relation, area, organization, {type(row): row for row in [area, organization, *made]})


def _report(user: User, park: Park, token: str) -> list[Model]:
    """A version of a report on ``park`` and a file of it, both full of ``token``."""
    quarter = {"park": park, "since": dt.date(2016, 1, 1), "until": dt.date(2016, 4, 1)}
    content = json.dumps({"title": token, "cover": [[token, token]], "cells": [], "sections": [], "sources": []})
    version = ReportVersion.objects.create(
        **quarter, as_of=dt.date(2016, 3, 31), data_at=MORNING, content=content, sha256=token
    )
    job = FileJob.objects.create(
        **quarter,
        version=version,
        format=FileFormat.JSON,
        state=JobState.READY,
        asked_by=user,
        file=ContentFile(token.encode(), "x"),
        expires_at=dt.datetime(2126, 1, 1, tzinfo=dt.UTC),
    )
    closing = Closing.objects.create(**quarter, state=PeriodState.CLOSED, closed_at=MORNING, gaps=[token])
    place = {name: value for name, value in quarter.items() if name not in ("since", "until")}
    layout = Layout.objects.create(
        **place, name=token, kind=ReportKind.COVERAGE, file=ContentFile(_layout(), "x"), sha256=token, uploaded_by=user
    )
    mailing = Mailing.objects.create(**place, made_by=user)
    return [version, job, closing, layout, mailing]


@cache
def _layout() -> bytes:
    """A layout of Word with the place for the report."""
    document, out = docx.Document(), io.BytesIO()
    document.add_paragraph("{{正文}}")
    document.save(out)
    return out.getvalue()


def local_rule(relation: Relation, organization: Organization) -> Rule:
    """A rule set for ``organization`` and what is below it; one that is set above binds, so that its text is public."""
    general, text = Rule.objects.get(code="R02"), name_of_node(relation)
    values = {"kind": general.kind, "strength": Strength.LOCAL, "name": text, "source": text, "since": LONG_AGO}
    return Rule.objects.create(code=f"R02.{relation}", overrides=general, organization=organization, **values)


def upload_roster(user: User, park: Park, token: str) -> RosterBatch:
    """A checked roster with a good row and a bad one, both in ``park`` and full of ``token``."""
    batch = RosterBatch.objects.create(
        uploaded_by=user, filename=f"{token}.xlsx", sha256=token, state=BatchState.CHECKED, sheet=token, rows=2, new=1,
        wrong=1, parks=[park.key], kinds={IssueKind.NUMBER: 1},
    )  # fmt: skip
    RosterRow.objects.create(batch=batch, number=2, outcome=Outcome.NEW, name=token, park=park)
    RosterIssue.objects.create(
        batch=batch,
        park=park,
        number=3,
        cell=f"{token}!H3",
        column="staff",
        key="staff",
        kind=IssueKind.NUMBER,
        value=token,
    )
    return batch


@cache
def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return out.getvalue()


def _users(area: Area, organization: Organization) -> dict[str, User]:
    users = {"stranger": User.objects.create_user("stranger", display_name="无授权用户")}
    for role in Role:
        user = User.objects.create_user(f"reader-{role}", display_name=role.label)
        Grant.objects.create(user=user, role=role, organization=organization, since=LONG_AGO)
        if role != Role.SECRETARY:
            Grant.objects.create(user=user, role=role, area=area, since=LONG_AGO)
        users[role] = user
    return users
