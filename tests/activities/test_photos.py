"""Photos: small, upright and bare; what is not a picture is named; shown only to those who see the activity."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.documents import MAX_BYTES
from parkparty.activities.models import Activity, ActivityPhoto
from tests.activities.conftest import picture
from tests.conftest import World

NEW = "/activities/new/"
NO_PICTURE = "不是 JPEG、PNG、WebP 或 HEIC"
GPS_IFD, ORIENTATION, LATITUDE, MAKE = 0x8825, 0x0112, 2, 0x010F


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


def kept(media: Path) -> list[Path]:
    return sorted(media.rglob("photos/*/*.jpg"))


def huge_png() -> SimpleUploadedFile:
    """A few hundred bytes that claim to be 20,000 × 20,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return SimpleUploadedFile("炸弹.png", b"\x89PNG\r\n\x1a\n" + body, "image/png")


class TestKept:
    def test_no_place_no_camera_no_words_stay_in_the_file(self, desk: Client, typed: Any, media: Path) -> None:
        exif = Image.Exif()
        exif[MAKE] = "某品牌手机"
        exif.get_ifd(GPS_IFD)[LATITUDE] = (31.0, 17.0, 0.0)
        sent = picture(exif=exif, comment=b"secret words", dpi=(300, 300), icc_profile=b"x" * 200)
        desk.post(NEW, typed(photos=[sent]))
        [path] = kept(media)
        with Image.open(path) as image:
            assert not image.getexif()
            assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert b"secret words" not in path.read_bytes()

    def test_turned_upright_by_what_the_camera_noted(self, desk: Client, typed: Any) -> None:
        exif = Image.Exif()
        exif[ORIENTATION] = 6
        desk.post(NEW, typed(photos=[picture(size=(400, 300), exif=exif)]))
        photo = ActivityPhoto.objects.get()
        assert (photo.width, photo.height) == (300, 400)

    @pytest.mark.parametrize(("size", "small"), [((3200, 1600), (1600, 800)), ((1000, 4000), (400, 1600))])
    def test_made_small_with_its_proportions(
        self, desk: Client, typed: Any, size: tuple[int, int], small: tuple[int, int]
    ) -> None:
        desk.post(NEW, typed(photos=[picture(size=size)]))
        photo = ActivityPhoto.objects.get()
        assert (photo.width, photo.height) == small

    @pytest.mark.parametrize(
        ("format", "mode"),
        [("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "RGBA"), ("PNG", "P"), ("PNG", "I;16"), ("PNG", "1"),
         ("PNG", "LA"), ("WEBP", "RGB"), ("WEBP", "RGBA")],
    )  # fmt: skip
    def test_every_kind_becomes_a_plain_jpeg(
        self, desk: Client, typed: Any, media: Path, format: str, mode: str
    ) -> None:
        desk.post(NEW, typed(photos=[picture(format, mode=mode, colour=0)]))
        with Image.open(kept(media)[0]) as image:
            assert (image.format, image.mode) == ("JPEG", "RGB")

    def test_what_is_transparent_is_white(self, desk: Client, typed: Any, media: Path) -> None:
        desk.post(NEW, typed(photos=[picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))]))
        with Image.open(kept(media)[0]) as image:
            assert image.getpixel((5, 5)) == (255, 255, 255)

    def test_the_name_of_the_file_is_not_the_senders(self, desk: Client, typed: Any, media: Path) -> None:
        sent = picture()
        sent.name = "../../张三.jpg"
        desk.post(NEW, typed(photos=[sent]))
        assert ActivityPhoto.objects.get().file.name.startswith("photos/")
        assert "张三" not in str(kept(media)[0])

    def test_the_same_picture_twice_is_kept_once(self, desk: Client, typed: Any, media: Path) -> None:
        desk.post(NEW, typed(photos=[picture(), picture()]))
        activity = Activity.objects.get()
        sent = typed(key=str(activity.key), version=str(activity.version), photos=[picture(), picture(colour="blue")])
        desk.post(f"/activities/{activity.pk}/edit/", sent)
        assert len(kept(media)) == ActivityPhoto.objects.count() == 2


class TestRefused:
    @pytest.mark.parametrize(
        ("file", "fault"),
        [
            (
                SimpleUploadedFile("页面.jpg", b"<html><script>1</script></html>", "image/jpeg"),
                NO_PICTURE,
            ),
            (SimpleUploadedFile("空.jpg", b"", "image/jpeg"), NO_PICTURE),
            (picture("GIF"), NO_PICTURE),
            (picture("BMP"), NO_PICTURE),
            (SimpleUploadedFile("图.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'), NO_PICTURE),
            (SimpleUploadedFile("半张.jpg", picture(size=(500, 500)).read()[:900], "image/jpeg"), "已损坏或不完整"),
            (huge_png(), "超过 5000 万像素"),
            (SimpleUploadedFile("大.jpg", b"\xff" * (MAX_BYTES + 1), "image/jpeg"), "超过 10 MB"),
        ],
        ids=lambda value: getattr(value, "name", ""),
    )
    def test_each_bad_file_is_named_and_the_words_stay(
        self, desk: Client, typed: Any, media: Path, file: SimpleUploadedFile, fault: str
    ) -> None:
        file.seek(0)
        page = desk.post(NEW, typed(summary="写了很久的摘要", photos=[picture(), file]))
        text = page.content.decode()
        assert page.status_code == 200
        assert f"“{file.name}”：" in text
        assert fault in text
        assert "写了很久的摘要" in text
        assert not kept(media)
        assert not Activity.objects.exists()

    def test_nine_at_most_with_those_already_kept(self, desk: Client, typed: Any, media: Path) -> None:
        colours = [picture(colour=(shade * 20, 0, 0)) for shade in range(10)]
        page = desk.post(NEW, typed(photos=colours))
        assert "最多 9 张照片" in page.content.decode()
        for file in colours:
            file.seek(0)
        desk.post(NEW, typed(photos=colours[:8]))
        activity = Activity.objects.get()
        sent = typed(key=str(activity.key), version=str(activity.version))
        more = [picture(colour="blue"), picture(colour="green")]
        page = desk.post(f"/activities/{activity.pk}/edit/", sent | {"photos": more})
        assert "最多 9 张照片" in page.content.decode()
        for file in more:
            file.seek(0)
        first = activity.photos.first()
        assert first is not None
        desk.post(f"/activities/{activity.pk}/edit/", sent | {"photos": more, "dropped_photos": [first.pk]})
        assert activity.photos.count() == 9

    def test_photos_stay_when_the_words_are_not_ready_to_be_submitted(self, desk: Client, typed: Any) -> None:
        desk.post(NEW, typed(topic="", submit="1", photos=[picture()]))
        assert Activity.objects.get().photos.count() == 1


class TestGone:
    @pytest.mark.django_db(transaction=True)
    def test_the_file_goes_with_the_photo_and_with_the_draft(self, desk: Client, typed: Any, media: Path) -> None:
        desk.post(NEW, typed(photos=[picture(), picture(colour="blue")]))
        activity = Activity.objects.get()
        first = activity.photos.first()
        assert first is not None
        sent = typed(key=str(activity.key), version=str(activity.version), dropped_photos=[first.pk])
        desk.post(f"/activities/{activity.pk}/edit/", sent)
        assert len(kept(media)) == activity.photos.count() == 1
        activity.refresh_from_db()
        desk.post(f"/activities/{activity.pk}/delete/", {"version": activity.version})
        assert not kept(media)

    @pytest.mark.django_db(transaction=True)
    def test_a_file_stays_when_the_change_did_not_happen(
        self, desk: Client, typed: Any, media: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.post(NEW, typed(photos=[picture()]))
        activity = Activity.objects.get()

        def fail(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr(Activity, "delete", fail)
        with pytest.raises(RuntimeError, match="disk"):
            desk.post(f"/activities/{activity.pk}/delete/", {"version": activity.version})
        assert len(kept(media)) == activity.photos.count() == 1


class TestShown:
    def test_to_those_who_see_the_activity_as_a_picture_and_nothing_else(
        self, desk: Client, typed: Any, client_of: Any, reviewer: User, other_secretary: User
    ) -> None:
        desk.post(NEW, typed(photos=[picture()], submit="1"))
        address = f"/activities/photos/{ActivityPhoto.objects.get().pk}/"
        answer = client_of(reviewer).get(address)
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.format == "JPEG"
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert client_of(other_secretary).get(address).status_code == 404
        assert Client().get(address).status_code == 302

    def test_of_a_draft_only_to_its_secretary(self, desk: Client, typed: Any, client_of: Any, reviewer: User) -> None:
        desk.post(NEW, typed(photos=[picture()]))
        address = f"/activities/photos/{ActivityPhoto.objects.get().pk}/"
        assert desk.get(address).status_code == 200
        assert client_of(reviewer).get(address).status_code == 404

    def test_a_file_that_is_gone_is_not_found(
        self, desk: Client, world: World, in_state: Any, typed: Any, media: Path
    ) -> None:
        desk.post(NEW, typed(photos=[picture()]))
        kept(media)[0].unlink()
        assert desk.get(f"/activities/photos/{ActivityPhoto.objects.get().pk}/").status_code == 404

    def test_a_photo_of_another_record_cannot_be_dropped(
        self, desk: Client, world: World, in_state: Any, typed: Any
    ) -> None:
        desk.post(NEW, typed(photos=[picture()]))
        other = in_state(ActivityState.DRAFT, world.joint_branch)
        sent = typed(key=str(other.key), version="1", dropped_photos=[ActivityPhoto.objects.get().pk])
        page = desk.post(f"/activities/{other.pk}/edit/", sent)
        assert "有内容需要改正" in page.content.decode()
        assert ActivityPhoto.objects.count() == 1
