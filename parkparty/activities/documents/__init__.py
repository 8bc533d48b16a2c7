"""Photos as they are kept: decoded whole in a child process, made small, written anew without any metadata."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext_lazy

from parkparty.core.files import child_process

MAX_BYTES = 10 * 1024 * 1024
"""Of a file as it was sent."""

WALL_SECONDS = 20

FAULTS = {
    "too_large": gettext_lazy("超过 5000 万像素，缩小后再上传。"),
    "unknown": gettext_lazy("不是 JPEG、PNG、WebP 或 HEIC 图片，换成这几种格式再上传。"),
    "damaged": gettext_lazy("文件已损坏或不完整，重新拍照或导出后再上传。"),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo ready to be kept, small as well, and the sum that tells it from others."""

    jpeg: bytes
    thumbnail: bytes
    sha256: str


class RefusedFile(ValueError):
    """The file cannot be kept; the message says why and what helps."""


def picture_in(file: BinaryIO) -> Picture:
    """The picture in ``file`` as an upright JPEG, with nothing in it but the picture.

    Raises:
        RefusedFile: when it is not a whole picture of an allowed format and size.
    """
    with child_process("parkparty.activities.documents.child", seconds=WALL_SECONDS) as child:
        try:
            answer, _errors = child.communicate(file.read(MAX_BYTES + 1))
        except OSError:
            answer = b""
    line, _end, pictures = answer.partition(b"\n")
    word, _space, length = line.decode("ascii", "replace").partition(" ")
    if child.returncode or word != "picture":
        raise RefusedFile(str(FAULTS.get(word, FAULTS["damaged"])))
    jpeg, thumbnail = pictures[: int(length)], pictures[int(length) :]
    return Picture(jpeg, thumbnail, hashlib.sha256(jpeg).hexdigest())
