"""Loading the demo set: all of it in one transaction, or nothing."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.models import Company
from parkparty.core.dates import quarter_of
from parkparty.core.models import refresh_statistics
from parkparty.demo.models import DemoRecord
from parkparty.demo.services.activities import Desk, Diary
from parkparty.demo.services.codes import load_codes
from parkparty.demo.services.companies import brands, open_register
from parkparty.demo.services.desk import ask_why, lay_on_desks, set_course
from parkparty.demo.services.kic import Kic, raise_rank
from parkparty.demo.services.organizations import Branch, found_committees
from parkparty.demo.services.other_parks import NINGBO, TIANDI, OtherPark, open_changsha
from parkparty.demo.services.people import invite_users
from parkparty.demo.services.places import lay_out_places
from parkparty.demo.services.removal import with_all_that_hangs_on
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.models import Organization
from parkparty.places.models import Area, Park

SECRETARYS_BRANCH, REVIEWERS_DISTRICT = "DEMO-KIC-J4", "310110"
VISITORS = {"kic": "DEMO-KIC", "tiandi": "DEMO-TD", "ningbo": "DEMO-NB"}
"""Parks, and their committees that visit companies."""

CHANGSHA_REPORTING = 22
NINGBO_REPORTING = 30


@transaction.atomic
def load_demo() -> dict[type[models.Model], int]:
    """Load the demo set where it is missing; tells how many rows of each model, nothing when it is there already.

    Raises:
        ValidationError: naming what the site has under the demo's names or codes.
    """
    if DemoRecord.objects.exists():
        return {}
    _refuse_clashes()
    load_codes()
    stage = Stage(timezone.now())
    parks = lay_out_places(stage)
    committees = found_committees(stage, parks)
    branches = _fill_parks(stage, parks, committees)
    users = invite_users(stage)
    raise_rank(stage, branches["kic"], by=users["demo-administrator"])
    _tell_the_past(stage, branches, users)
    for park, committee in VISITORS.items():
        ask_why(stage, parks[park], committees[committee])
    created = with_all_that_hangs_on(stage.created)
    DemoRecord.objects.bulk_create(
        DemoRecord(model=model._meta.label_lower, keys=sorted(keys)) for model, keys in created.items()
    )
    record(gettext_noop("载入演示数据"), None, by=None)
    return {model: len(keys) for model, keys in created.items()}


def _refuse_clashes() -> None:
    keys = [row["key"] for row in data("places")["parks"]]
    clashes = [
        *Park.objects.filter(key__in=keys),
        *Organization.objects.filter(code__startswith="DEMO-")[:5],
        *User.objects.filter(username__in=[row["username"] for row in data("users")]),
        *Company.objects.filter(uscc__regex="^91[0-9]{6}DEM[0-9]{5}")[:5],
    ]
    if clashes:
        raise ValidationError(
            _("库中已有与演示数据同名或同代码的记录：%(names)s。演示数据应载入另一个库。")
            % {"names": "、".join(map(str, clashes))}
        )


def _fill_parks(stage: Stage, parks: dict[str, Park], committees: dict[str, Organization]) -> dict[str, list[Branch]]:
    """The branches of each park by the park's key."""
    shanghai = brands(stage)
    kic = open_register(stage, parks["kic"], "上海", "310110", shanghai)
    tiandi = open_register(stage, parks["tiandi"], "上海", "310107", shanghai)
    changsha = open_register(stage, parks["changsha"], "长沙", "430104", brands(stage))
    ningbo = open_register(stage, parks["ningbo"], "宁波", "330212", brands(stage))
    return {
        "kic": Kic(stage, kic, committees["DEMO-KIC"]).open(),
        "tiandi": OtherPark(stage, tiandi, committees["DEMO-TD"], TIANDI).open(committees["DEMO-CZ-NET"]),
        "changsha": open_changsha(stage, changsha, committees["DEMO-CS-NET"]),
        "ningbo": OtherPark(stage, ningbo, committees["DEMO-NB"], NINGBO).open(),
    }


def _tell_the_past(stage: Stage, branches: dict[str, list[Branch]], users: dict[str, User]) -> None:
    """The activities: all of kic for two years, the others, who joined later, for one."""
    diary = Diary(stage)
    reviewer = users["demo-reviewer"]
    mine = next(b for b in branches["kic"] if b.organization.code == SECRETARYS_BRANCH)
    my_desk = Desk(users["demo-secretary"], reviewer)
    diary.keep(
        [b for b in branches["kic"] if b is not mine],
        Desk(users["demo-kic-branches"], reviewer, review_days=(1, 3, 6, 9, 13, 17)),
    )
    diary.keep([mine], my_desk, until=quarter_of(stage.today).since)
    diary.catch_up(mine, my_desk)
    for park, reviewer_name, share in (
        ("tiandi", "demo-putuo-reviewer", len(branches["tiandi"])),
        ("changsha", "demo-changsha-reviewer", CHANGSHA_REPORTING),
        ("ningbo", "demo-ningbo-reviewer", NINGBO_REPORTING),
    ):
        desk = Desk(users[f"demo-{park}-branches"], users[reviewer_name], months=13, committees=False)
        diary.keep(stage.chance.sample(branches[park], share), desk)
    diary.write()
    refresh_statistics()
    lay_on_desks(diary, mine, users["demo-secretary"], reviewer)
    set_course(stage, Area.objects.get(code=REVIEWERS_DISTRICT), reviewer)
