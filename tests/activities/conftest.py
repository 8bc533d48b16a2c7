"""What the tests of activities share: the code tables, the typed form, pictures."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from PIL import Image

from parkparty.access.services import scope_of
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityType
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from tests.conftest import World

HELD_ON = dt.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def code_rows(db: None) -> None:
    call_command("loaddata", "fixtures/codes/activity_types.json", "fixtures/codes/activity_themes.json", verbosity=0)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> Iterator[Any]:
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def typed(world: World) -> Callable[..., dict[str, Any]]:
    """What a secretary's form sends for a new record; ``fields`` change it, None takes a field away."""

    def fill(**fields: Any) -> dict[str, Any]:
        values = {
            "key": str(uuid.uuid4()),
            "version": "0",
            "organization": world.joint_branch.code,
            "held_on": "2026-11-02",
            "types": ["theme_day"],
            "topic": "学习交流",
            "expected": "12",
            "present": "10",
        }
        return {name: value for name, value in (values | fields).items() if value is not None}

    return fill


@pytest.fixture
def in_state(make_activity: Callable[..., Activity], secretary: User, reviewer: User) -> Callable[..., Activity]:
    """The secretary's record in a state."""

    def make(state: str, organization: Organization, **fields: Any) -> Activity:
        theme_day = ActivityType.objects.get(pk="theme_day")
        if state in (ActivityState.APPROVED, ActivityState.ARCHIVED):
            fields |= {"reviewed_by": reviewer, "reviewed_at": dt.datetime(2026, 11, 4, tzinfo=dt.UTC)}
        return make_activity(organization, fields.pop("author", secretary), theme_day, state=state, **fields)

    return make


@pytest.fixture
def scope_of_user() -> Callable[[User], Scope]:
    return scope_of


def picture(
    format: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any
) -> SimpleUploadedFile:
    """An uploaded picture of one colour."""
    written = io.BytesIO()
    Image.new(mode, size, options.pop("colour", "red")).save(written, format, **options)
    return SimpleUploadedFile(f"照片.{format.lower()}", written.getvalue(), f"image/{format.lower()}")
