"""What uploads that were cut off leave on the disk goes after a day; what is missing there is told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import ActivityPhoto
from tests.activities.conftest import picture
from tests.conftest import World

YESTERDAY = 25 * 3600


def files(media: Path) -> set[str]:
    return {path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()}


def leave(media: Path, name: str, *, seconds_ago: int) -> str:
    path = media / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"half a file")
    moment = path.stat().st_mtime - seconds_ago
    os.utime(path, (moment, moment))
    return name


@pytest.fixture
def kept(client_of: Any, secretary: User, in_state: Any, world: World, media: Path) -> set[str]:
    """The files of a draft with a photo and an attachment, uploaded long ago."""
    draft, desk = in_state(ActivityState.DRAFT, world.joint_branch), client_of(secretary)
    for name, file in (("photos", picture()), ("attachments", SimpleUploadedFile("总结.pdf", b"%PDF-1.7"))):
        assert desk.post(f"/activities/{draft.pk}/files/", {name: [file]}).status_code == 200
    for name in files(media):
        leave(media, name, seconds_ago=YESTERDAY)
    return files(media)


def test_orphans_go_after_a_day_and_nothing_else_does(kept: set[str], media: Path, capsys: Any) -> None:
    young = leave(media, "photos/ab/ab01.jpg", seconds_ago=3600)
    for folder in ("photos", "thumbnails", "attachments"):
        leave(media, f"{folder}/ab/ab02.jpg", seconds_ago=YESTERDAY)
    elsewhere = leave(media, "rosters/ab/ab03.xlsx", seconds_ago=YESTERDAY)
    call_command("sweep_files")
    assert "3 个" in capsys.readouterr().out
    assert files(media) == kept | {young, elsewhere}
    call_command("sweep_files")
    assert files(media) == kept | {young, elsewhere}


def test_a_row_whose_file_is_gone_is_named(kept: set[str], media: Path) -> None:
    photo = ActivityPhoto.objects.get()
    (media / photo.file.name).unlink()
    with pytest.raises(CommandError, match=photo.file.name):
        call_command("sweep_files")
    assert ActivityPhoto.objects.filter(pk=photo.pk).exists()
    assert len(files(media)) == 2


def test_an_empty_site_has_nothing_to_sweep(db: None, capsys: Any) -> None:
    call_command("sweep_files")
    assert "0 个" in capsys.readouterr().out
