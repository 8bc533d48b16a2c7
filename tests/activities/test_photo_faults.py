"""Pictures that mean harm, and pictures that are only unusual: each case of the list of faults, by its number."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from parkparty.accounts.models import User
from parkparty.activities import documents
from parkparty.activities.documents import RefusedFile, picture_in
from parkparty.activities.models import Activity, ActivityPhoto
from tests.activities.conftest import picture

CANARY = b"<script>canary</script><?php canary ?>"
TOO_LARGE, UNKNOWN, DAMAGED = "5000 万像素", "不是 JPEG、PNG、WebP 或 HEIC", "已损坏或不完整"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = [chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(b"\0" * 100)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def jpeg(**options: Any) -> bytes:
    return picture(**options).read()


def wide_jpeg() -> bytes:
    """A small picture whose header claims 64,250 × 64,250 pixels."""
    data = jpeg()
    start = data.index(b"\xff\xc0") + 5
    return data[:start] + struct.pack(">HH", 64250, 64250) + data[start + 4 :]


def heic() -> bytes:
    """A blue picture of 64 × 48 pixels with the name of a camera and a place; nothing that we install writes HEIC."""
    return Path(__file__).with_name("blue.heic").read_bytes()


PICTURE_ONLY = {0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0}
"""Frame, tables, scan, restart interval and JFIF header: no EXIF or GPS, no profile, no comment, no second picture."""


def markers(data: bytes) -> set[int]:
    """The segments of a JPEG, which must end with its end mark."""
    assert data.startswith(b"\xff\xd8")
    assert data.endswith(b"\xff\xd9")
    found, at = set(), 2
    while True:
        assert data[at] == 0xFF
        found.add(data[at + 1])
        if data[at + 1] == 0xDA:
            assert re.findall(rb"\xff([^\x00\xd0-\xd7])", data[at + 2 :]) == [b"\xd9"]
            return found
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def archive() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        file.writestr("a.js", CANARY)
    return written.getvalue()


def moving(format: str) -> bytes:
    written = io.BytesIO()
    frames = [Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(written, format, save_all=True, append_images=frames[1:])
    return written.getvalue()


def with_exif(words: bytes) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = words.decode()
    return jpeg(exif=exif)


REFUSED = {
    "F30-jpeg-64250": (wide_jpeg(), TOO_LARGE),
    "F30-png-20000": (png(20_000, 20_000), TOO_LARGE),
    "F30-png-just-over": (png(10_000, 5_001), TOO_LARGE),
    "F30-gif": (moving("GIF"), UNKNOWN),
    "F30-ico": (picture("ICO").read(), UNKNOWN),
    "F30-bmp": (picture("BMP").read(), UNKNOWN),
    "F30-icns": (b"icns" + struct.pack(">I", 16) + b"ic10" + struct.pack(">I", 8), UNKNOWN),
    "F31-text-bomb": (png(9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"\0" * 80_000_000))), DAMAGED),
    "F32-short-chunk": (png(9, 9)[:40], UNKNOWN),
    "F32-bad-sum": (png(9, 9).replace(b"IDAT", b"IDAX"), UNKNOWN),
    "F32-webp": (b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0\0\0\0\0", DAMAGED),
    "F32-heic": (heic()[:300], UNKNOWN),
    "F33-cut-off": (jpeg(size=(500, 500))[:900], DAMAGED),
    "F34-gif-and-script": (b"GIF89a/*" + CANARY, UNKNOWN),
    "F34-pdf-and-zip": (b"%PDF-1.7\n" + archive(), UNKNOWN),
    "F35-svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', UNKNOWN),
    "F35-svg-entities": (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>', UNKNOWN),
    "F35-eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", UNKNOWN),
    "F35-mvg": (b"push graphic-context\nimage over 0,0 0,0 'https://example.org/'\n", UNKNOWN),
    "F35-xbm": (b"#define a_width 8\n#define a_height 8\nstatic char a_bits[] = {0,0,0,0,0,0,0,0};", UNKNOWN),
    "F36-nothing": (b"", UNKNOWN),
    "F39-test-virus": (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", UNKNOWN),
}

KEPT = {
    "F34-jpeg-and-script": (jpeg() + CANARY, (40, 30)),
    "F34-png-and-page": (picture("PNG").read() + CANARY, (40, 30)),
    "F34-jpeg-and-zip": (jpeg() + archive(), (40, 30)),
    "F34-php-in-exif": (with_exif(CANARY), (40, 30)),
    "F34-comment": (jpeg(comment=CANARY), (40, 30)),
    "F36-heic": (heic(), (64, 48)),
    "F36-heic-and-script": (heic() + CANARY, (64, 48)),
    "F36-cmyk": (jpeg(mode="CMYK", colour=0), (40, 30)),
    "F36-png-16-bit": (picture("PNG", mode="I;16", colour=0).read(), (40, 30)),
    "F36-mpo": (moving("MPO"), (30, 20)),
    "F36-moving-webp": (moving("WEBP"), (30, 20)),
    "F36-one-line": (jpeg(size=(1, 65500)), (1, 1600)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_is_refused_with_the_reason(case: str) -> None:
    data, fault = REFUSED[case]
    with pytest.raises(RefusedFile, match=fault):
        picture_in(io.BytesIO(data))


@pytest.mark.parametrize("case", KEPT)
def test_is_kept_as_a_plain_picture_with_nothing_else_in_it(case: str) -> None:
    data, size = KEPT[case]
    picture = picture_in(io.BytesIO(data))
    for kept in (picture.jpeg, picture.thumbnail):
        assert b"canary" not in kept
        assert markers(kept) <= PICTURE_ONLY
    with Image.open(io.BytesIO(picture.jpeg)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
    with Image.open(io.BytesIO(picture.thumbnail)) as small:
        assert max(small.size) == min(320, max(size))


@pytest.mark.parametrize("turn", range(1, 9))
def test_F36_stands_upright(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    with Image.open(io.BytesIO(picture_in(picture(size=(40, 30), exif=exif)).jpeg)) as image:
        assert image.size == ((30, 40) if turn > 4 else (40, 30))


def test_F32_a_child_that_takes_too_long_is_ended_and_the_site_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "WALL_SECONDS", 0)
    with pytest.raises(RefusedFile, match=DAMAGED):
        picture_in(picture())


@pytest.mark.parametrize(
    "name",
    ["../../x.jpg", "..\\x.jpg", "a/b.jpg", "甲" * 85 + ".jpg", "x" * 300, ".htaccess", "con.jpg", "x.jpg.exe", "x. ",
     "\u202egpj.exe"],
)  # fmt: skip
def test_F37_no_name_reaches_the_disk(client_of: Any, secretary: User, typed: Any, media: Path, name: str) -> None:
    desk: Client = client_of(secretary)
    desk.post("/activities/new/", typed(photos=[SimpleUploadedFile(name, jpeg()), SimpleUploadedFile(name, heic())]))
    files = [path.relative_to(media).as_posix() for path in media.rglob("*") if path.is_file()]
    photos = ActivityPhoto.objects.all()
    assert sorted(files) == sorted([photo.file.name for photo in photos] + [photo.thumbnail.name for photo in photos])
    assert len(files) == 4
    assert all(re.fullmatch(r"(photos|thumbnails)/([0-9a-f]{2})/\2[0-9a-f]{30}\.jpg", name) for name in files)


class TestF38:
    def post(self, desk: Client, body: bytes, kind: str) -> int:
        return desk.generic("POST", "/activities/new/", body, content_type=kind).status_code

    def test_a_thousand_files_or_fields_are_refused(self, client_of: Any, secretary: User, media: Path) -> None:
        desk = client_of(secretary)
        files = [SimpleUploadedFile(f"{number}.jpg", b"x") for number in range(101)]
        assert desk.post("/activities/new/", {"photos": files}).status_code == 400
        assert desk.post("/activities/new/", {f"f{number}": "1" for number in range(1001)}).status_code == 400
        assert not list(media.rglob("*.jpg"))

    @pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=", "multipart/x; a=b"])
    def test_a_form_without_its_boundary_writes_nothing(
        self, client_of: Any, secretary: User, media: Path, kind: str
    ) -> None:
        assert self.post(client_of(secretary), b"--x\r\n\r\n", kind) in (200, 400)
        assert not Activity.objects.exists()

    def test_an_upload_cut_in_the_middle_leaves_no_file(self, client_of: Any, secretary: User, media: Path) -> None:
        body = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\n\r\n' + jpeg()[:300]
        assert self.post(client_of(secretary), body, "multipart/form-data; boundary=x") in (200, 400)
        assert not list(media.rglob("*.jpg"))
        assert not Activity.objects.exists()
