"""A photo is kept as soon as it is chosen: whole and small, for those who may write the record, told in the trail."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity, ActivityPhoto
from parkparty.audit.models import AuditEntry
from tests.activities.conftest import picture
from tests.conftest import World


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


@pytest.fixture
def draft(in_state: Callable[..., Activity], world: World) -> Activity:
    return in_state(ActivityState.DRAFT, world.joint_branch)


def add(client: Client, activity: Activity, *photos: SimpleUploadedFile) -> Any:
    return client.post(f"/activities/{activity.pk}/files/", {"photos": photos})


def trail(activity: Activity) -> list[Any]:
    entries = AuditEntry.objects.about("activities.activity", activity.pk).order_by("id")
    return [(entry.action, entry.changes.get("photos")) for entry in entries]


class TestAdded:
    def test_whole_and_small(self, desk: Client, draft: Activity) -> None:
        told = add(desk, draft, picture(size=(2000, 1000))).json()
        photo = ActivityPhoto.objects.get()
        assert told["key"] == f"photo-{photo.pk}"
        sizes = []
        for address in (f"/activities/photos/{photo.pk}/", told["thumbnail"]):
            answer = desk.get(address)
            assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
            with Image.open(io.BytesIO(answer.content)) as image:
                sizes.append(image.size)
        assert sizes == [(1600, 800), (320, 160)]

    def test_the_open_form_can_still_be_saved(self, desk: Client, typed: Any, draft: Activity) -> None:
        add(desk, draft, picture())
        desk.post(f"/activities/{draft.pk}/edit/", typed(key=str(draft.key), version="1", topic="改过"))
        draft.refresh_from_db()
        assert (draft.topic, draft.photos.count()) == ("改过", 1)

    def test_the_same_one_twice_is_one(self, desk: Client, draft: Activity) -> None:
        assert add(desk, draft, picture()).json()["key"] == add(desk, draft, picture()).json()["key"]

    def test_one_kept_before_there_were_thumbnails_is_shown_whole(self, desk: Client, draft: Activity) -> None:
        told = add(desk, draft, picture(size=(500, 400))).json()
        ActivityPhoto.objects.update(thumbnail="")
        with Image.open(io.BytesIO(desk.get(told["thumbnail"]).content)) as image:
            assert image.size == (500, 400)

    def test_what_is_no_photo_and_a_tenth_are_refused_with_the_reason(self, desk: Client, draft: Activity) -> None:
        for answer in (add(desk, draft), add(desk, draft, SimpleUploadedFile("a.jpg", b"<svg>"))):
            assert answer.status_code == 422
            assert answer.json()["message"]
        for shade in range(9):
            add(desk, draft, picture(colour=(shade * 20, 0, 0)))
        answer = add(desk, draft, picture(colour="blue"))
        assert (answer.status_code, answer.json()["message"]) == (422, "最多 9 张照片，去掉几张再保存。")
        assert draft.photos.count() == 9

    def test_F54_a_disk_that_takes_nothing_is_told_and_the_words_stay(
        self, desk: Client, draft: Activity, settings: Any, tmp_path: Path
    ) -> None:
        settings.MEDIA_ROOT = tmp_path / "full"
        settings.MEDIA_ROOT.write_text("no folder can be made here")
        answer = add(desk, draft, picture())
        assert (answer.status_code, "服务器现在存不下文件" in answer.json()["message"]) == (507, True)
        assert not ActivityPhoto.objects.exists()


class TestTrail:
    def test_what_a_page_sent_by_itself_is_one_row_when_the_draft_is_sent(self, desk: Client, draft: Activity) -> None:
        add(desk, draft, picture())
        add(desk, draft, picture(colour="blue"))
        assert trail(draft) == []
        desk.post(f"/activities/{draft.pk}/submit/", {"version": draft.version})
        assert trail(draft) == [("修改活动", [None, 2]), ("提交审核", None)]

    def test_after_a_return_each_is_told_at_once(self, desk: Client, in_state: Any, world: World) -> None:
        record = in_state(ActivityState.RETURNED, world.joint_branch)
        add(desk, record, picture())
        desk.post(f"/activities/photos/{ActivityPhoto.objects.get().pk}/drop/")
        assert trail(record) == [("增减照片", [0, 1]), ("增减照片", [1, 0])]


class TestGuarded:
    @pytest.mark.django_db(transaction=True)
    def test_taken_away_from_the_disk_too(self, desk: Client, draft: Activity, media: Path) -> None:
        told = add(desk, draft, picture()).json()
        assert len(list(media.rglob("*.jpg"))) == 2
        assert desk.post(told["drop"]).status_code == 200
        assert not list(media.rglob("*.jpg"))
        assert desk.post(told["drop"]).status_code == 404

    @pytest.mark.parametrize("state", [ActivityState.SUBMITTED, ActivityState.APPROVED, ActivityState.ARCHIVED])
    def test_not_of_a_record_that_is_not_being_written(
        self, desk: Client, in_state: Any, world: World, state: str
    ) -> None:
        record = in_state(ActivityState.DRAFT, world.joint_branch)
        told = add(desk, record, picture()).json()
        sent = in_state(state, world.joint_branch)
        ActivityPhoto.objects.update(activity=sent)
        assert add(desk, sent, picture(colour="blue")).status_code == 409
        assert desk.post(told["drop"]).status_code == 409
        assert sent.photos.count() == 1

    def test_lists_show_the_first(self, desk: Client, client_of: Any, reviewer: User, draft: Activity) -> None:
        told = add(desk, draft, picture()).json()
        add(desk, draft, picture(colour="blue"))
        assert desk.get("/activities/").content.decode().count('class="thumbnail"') == 1
        desk.post(f"/activities/{draft.pk}/submit/", {"version": draft.version})
        page = client_of(reviewer).get("/activities/queue/").content.decode()
        assert told["thumbnail"] in page
