"""Photos as they are kept: decoded whole, turned upright, made small, written anew without any metadata."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_EDGE = 1600
"""Pixels of the longer edge of a stored photo."""

MAX_BYTES = 10 * 1024 * 1024
"""Of a file as it was sent."""

MAX_PIXELS = 50_000_000
"""Of a picture before it is decoded: a small file can claim to be as large as a city."""

FORMATS = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo ready to be kept, and the sum that tells it from others."""

    jpeg: bytes
    sha256: str


class UnreadablePhoto(ValueError):
    """The file cannot be kept as a photo; the message says why and what helps."""


def picture_in(file: BinaryIO) -> Picture:
    """The picture in ``file`` as an upright JPEG of at most ``MAX_EDGE`` pixels, with nothing in it but the picture.

    Raises:
        UnreadablePhoto: when it is not a whole picture of an allowed format and size.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UnreadablePhoto(_("超过 5000 万像素，缩小后再上传。"))
            image.draft("RGB", (MAX_EDGE, MAX_EDGE))
            image.load()
            jpeg = _encoded(ImageOps.exif_transpose(image))
            return Picture(jpeg, hashlib.sha256(jpeg).hexdigest())
    except UnreadablePhoto:
        raise
    except Image.DecompressionBombError as bomb:
        raise UnreadablePhoto(_("超过 5000 万像素，缩小后再上传。")) from bomb
    except UnidentifiedImageError as unknown:
        raise UnreadablePhoto(_("不是 JPEG、PNG 或 WebP 图片，换成这几种格式再上传。")) from unknown
    except Exception as damaged:
        raise UnreadablePhoto(_("文件已损坏或不完整，重新拍照或导出后再上传。")) from damaged


def _encoded(image: Image.Image) -> bytes:
    image.thumbnail((MAX_EDGE, MAX_EDGE))
    written = io.BytesIO()
    _flat(image).save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()


def _flat(image: Image.Image) -> Image.Image:
    """In plain RGB: 16-bit grey scaled down, what is transparent on white."""
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    flat = image.convert("RGB")
    flat.info = {}
    return flat
