"""The process that touches untrusted pictures: the file on standard input, on standard output what became of it.

That is a line ``picture`` with the length of the photo, then the photo and its thumbnail, both JPEG; or a word that
says why there is none: ``too_large``, ``unknown``, ``damaged``. Whatever a file does to the decoders, the site only
sees a child that ended.
"""

from __future__ import annotations

import io
import sys
import warnings

import pi_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from parkparty.core.files import confine

MAX_EDGE = 1600
"""Pixels of the longer edge of a stored photo."""

THUMBNAIL_EDGE = 320

MAX_PIXELS = 50_000_000
"""Of a picture before it is decoded: a small file can claim to be as large as a city."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 15


def main() -> None:
    """Answer for one file."""
    confine(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    pi_heif.register_heif_opener(thumbnails=False)
    pictures = b""
    try:
        photo, thumbnail = _pictures(sys.stdin.buffer.read())
        word, pictures = b"picture %d" % len(photo), photo + thumbnail
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        word = b"too_large"
    except UnidentifiedImageError:
        word = b"unknown"
    except Exception:  # noqa: BLE001  decoders raise whatever a damaged file leads them to
        word = b"damaged"
    sys.stdout.buffer.write(word + b"\n" + pictures)


def _pictures(data: bytes) -> tuple[bytes, bytes]:
    """The photo and its thumbnail, upright."""
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.draft("RGB", (MAX_EDGE, MAX_EDGE))
        image.load()
        upright = ImageOps.exif_transpose(image)
    upright.thumbnail((MAX_EDGE, MAX_EDGE))
    flat = _flat(upright)
    small = flat.copy()
    small.thumbnail((THUMBNAIL_EDGE, THUMBNAIL_EDGE))
    return _jpeg(flat), _jpeg(small)


def _jpeg(image: Image.Image) -> bytes:
    written = io.BytesIO()
    image.save(written, "JPEG", quality=82, optimize=True)
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


if __name__ == "__main__":
    main()
