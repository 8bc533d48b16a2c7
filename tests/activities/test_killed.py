"""F51: a web worker killed while it submits, approves or keeps a file leaves all or nothing, and no file behind.

Real processes, real SIGKILL, at moments spread over the whole of the request. The suite makes a few rounds; ``make
kill-workers ROUNDS=50`` makes fifty of each. What a client was told is a promise: it is there, once, whatever dies.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from PIL import Image

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.audit.models import AuditEntry
from parkparty.notices.models import Notice
from tests.activities.conftest import picture
from tests.activities.site import Site, running_site
from tests.conftest import World

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = int(os.environ.get("KILL_ROUNDS", "3"))
DAY = 25 * 3600
NOWHERE = "/activities/987654321/submit/"
OVER = 1.4
"""The last kills come when most requests have been answered."""


@pytest.fixture
def site(world: World, media: Path) -> Iterator[Site]:
    with running_site(media) as running:
        yield running


@pytest.fixture
def records(in_state: Callable[..., Activity], world: World) -> Callable[[str], list[Activity]]:
    """Two records more than there are rounds: the second shows how long a request takes."""
    return lambda state: [in_state(state, world.joint_branch) for _number in range(ROUNDS + 2)]


def settled(activity: Activity) -> Activity:
    """The record, once a transaction of the killed worker that PostgreSQL may still be ending has let go of it."""
    with transaction.atomic():
        return Activity.objects.select_for_update().get(pk=activity.pk)


def told(activity: Activity, action: str) -> int:
    return AuditEntry.objects.about("activities.activity", activity.pk).filter(action=action).count()


def kill_rounds(
    site: Site, client: Client, records: list[Activity], post: Callable[[Activity], tuple[str, dict[str, Any]]],
    is_done: Callable[[Activity], bool], done: int,
) -> str:  # fmt: skip
    """Kill once in each round, check that all or nothing was done, and send again until it is acknowledged."""
    assert site.post(client, *post(records[0])) == done
    began = time.monotonic()
    assert site.post(client, *post(records[1])) == done
    seconds, promised, quiet = time.monotonic() - began, 0, 0
    for number, activity in enumerate(records[2:]):
        site.post(client, NOWHERE, {})  # a new worker is slow at first, and would always be killed early
        status = site.post_and_kill(OVER * seconds * (number + 0.5) / ROUNDS, client, *post(activity))
        assert status in (done, None)
        is_there = is_done(settled(activity))
        assert is_there or status is None
        promised, quiet = promised + (status == done), quiet + (is_there and status is None)
        if not is_there:
            assert site.post(client, *post(settled(activity))) == done
        assert is_done(settled(activity))
    return f"{ROUNDS} kills: {promised} acknowledged, {quiet} done unacknowledged, the others undone and sent again"


def report(what: str, line: str, capsys: Any) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{what}: {line}\n")


def test_F51_submitting(site: Site, client_of: Any, secretary: User, records: Any, capsys: Any) -> None:
    drafts = records(ActivityState.DRAFT)

    def is_done(activity: Activity) -> bool:
        is_sent = activity.state == ActivityState.SUBMITTED
        assert is_sent or activity.state == ActivityState.DRAFT
        assert (activity.filed_at is not None, told(activity, "提交审核")) == (is_sent, is_sent)
        return is_sent

    def post(activity: Activity) -> tuple[str, dict[str, Any]]:
        return f"/activities/{activity.pk}/submit/", {"version": activity.version}

    line = kill_rounds(site, client_of(secretary), drafts, post, is_done, 302)
    report("submit", line, capsys)


def test_F51_approving(site: Site, client_of: Any, reviewer: User, records: Any, capsys: Any) -> None:
    waiting = records(ActivityState.SUBMITTED)

    def is_done(activity: Activity) -> bool:
        is_approved = activity.state == ActivityState.APPROVED
        notices = Notice.objects.filter(about=f"activities.activity:{activity.pk}").count()
        assert is_approved or activity.state == ActivityState.SUBMITTED
        assert (activity.reviewed_by_id is not None, told(activity, "通过"), notices) == (is_approved,) * 3
        return is_approved

    def post(activity: Activity) -> tuple[str, dict[str, Any]]:
        return f"/activities/{activity.pk}/approve/", {"version": activity.version}

    line = kill_rounds(site, client_of(reviewer), waiting, post, is_done, 302)
    report("approve", line, capsys)


def test_F51_uploading(site: Site, client_of: Any, secretary: User, records: Any, media: Path, capsys: Any) -> None:
    drafts = records(ActivityState.DRAFT)

    def is_done(activity: Activity) -> bool:
        photos = list(activity.photos.all())
        for photo in photos:
            for file in photo.files:
                with file.open("rb") as opened, Image.open(io.BytesIO(opened.read())) as image:
                    image.load()
        return len(photos) == 1

    def post(activity: Activity) -> tuple[str, dict[str, Any]]:
        return f"/activities/{activity.pk}/files/", {"photos": [picture(size=(1600, 1200))]}

    line = kill_rounds(site, client_of(secretary), drafts, post, is_done, 200)
    report("upload", f"{line}; {swept(media)} orphans swept", capsys)
    assert ActivityPhoto.objects.count() == len(drafts)


def swept(media: Path) -> int:
    """How many files the sweeper takes away a day later; afterwards each file has its row, and each row its files."""
    files = [path for path in media.rglob("*") if path.is_file()]
    for path in files:
        moment = path.stat().st_mtime - DAY
        os.utime(path, (moment, moment))
    call_command("sweep_files", verbosity=0)
    left = sorted(path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file())
    assert left == sorted(str(file.name) for photo in ActivityPhoto.objects.all() for file in photo.files)
    return len(files) - len(left)
