"""The process that touches untrusted pictures: the file on standard input, on standard output a word and a JPEG.

The word is ``picture``, or says why there is none: ``too_large``, ``unknown``, ``damaged``. Whatever a file does to the
decoders, the site only sees a child that ended.
"""

from __future__ import annotations

import io
import sys
import warnings

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from parkparty.core.files import confine

MAX_EDGE = 1600
"""Pixels of the longer edge of a stored photo."""

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
    pillow_heif.register_heif_opener(thumbnails=False)
    jpeg = b""
    try:
        word, jpeg = b"picture", _jpeg(sys.stdin.buffer.read())
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        word = b"too_large"
    except UnidentifiedImageError:
        word = b"unknown"
    except Exception:  # noqa: BLE001  decoders raise whatever a damaged file leads them to
        word = b"damaged"
    sys.stdout.buffer.write(word + b"\n" + jpeg)


def _jpeg(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=FORMATS) as image:
        image.draft("RGB", (MAX_EDGE, MAX_EDGE))
        image.load()
        upright = ImageOps.exif_transpose(image)
    upright.thumbnail((MAX_EDGE, MAX_EDGE))
    written = io.BytesIO()
    _flat(upright).save(written, "JPEG", quality=82, optimize=True)
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
