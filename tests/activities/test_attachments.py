"""Attachments: PDF and office documents kept as they came, given out only to be saved, and told apart by content."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.documents import MAX_BYTES, RefusedFile
from parkparty.activities.documents.attachments import attachment_in
from parkparty.activities.models import Activity, ActivityAttachment
from tests.conftest import World

PDF = b"%PDF-1.7\n1 0 obj <</OpenAction <</S /JavaScript /JS (app.alert(1))>>>> endobj\n%%EOF"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
UNKNOWN, MISNAMED, MACRO = "不是 PDF、OFD 或 Word", "内容和扩展名对不上", "含有宏"


def office(*parts: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in ("[Content_Types].xml", *parts):
            archive.writestr(part, "<x/>")
    return written.getvalue()


DOCX = office("word/document.xml")
KEPT = {
    "总结.pdf": PDF,
    "总结.docx": DOCX,
    "预算.XLSX": office("xl/workbook.xml"),
    "讲稿.pptx": office("ppt/presentation.xml"),
    "公文.ofd": office("OFD.xml"),
    "旧版.doc": OLE,
    "旧版.wps": OLE,
}
REFUSED = {
    "a.html": (b"<html><script>1</script></html>", UNKNOWN),
    "a.pdf": (b"<html><script>1</script></html>", UNKNOWN),
    "b.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UNKNOWN),
    "c.docx": (office("something.txt"), UNKNOWN),
    "d.zip": (office("a.exe"), UNKNOWN),
    "e.docx": (b"PK\x03\x04" + b"\xff" * 400, UNKNOWN),
    "f.txt": (rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", UNKNOWN),
    "g.pdf": (b"", UNKNOWN),
    "h.exe": (PDF, MISNAMED),
    "i": (PDF, MISNAMED),
    "j.docx": (OLE, MISNAMED),
    "k.pdf.exe": (PDF, MISNAMED),
    "l\u202efdp.exe": (PDF, MISNAMED),
    "m.docx": (office("word/document.xml", "word/vbaProject.bin"), MACRO),
    "13800138000.pdf": (PDF, "指向个人的号码"),
}


def document(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "text/html")


@pytest.fixture
def desk(client_of: Callable[[User], Client], secretary: User) -> Client:
    return client_of(secretary)


@pytest.fixture
def draft(in_state: Callable[..., Activity], world: World) -> Activity:
    return in_state(ActivityState.DRAFT, world.joint_branch)


def add(client: Client, activity: Activity, file: SimpleUploadedFile) -> Any:
    return client.post(f"/activities/{activity.pk}/files/", {"attachments": [file]})


@pytest.mark.parametrize("name", KEPT)
def test_is_known_by_its_content(name: str) -> None:
    assert attachment_in(document(name, KEPT[name])).content == KEPT[name]


@pytest.mark.parametrize("name", REFUSED)
def test_F39_is_refused_with_the_reason(name: str) -> None:
    content, fault = REFUSED[name]
    file = document("x", content)
    file._name = name  # as a client may send it, not as Django's own class would let it
    with pytest.raises(RefusedFile, match=fault):
        attachment_in(file)


def test_R050_an_archive_that_unpacks_to_gigabytes_is_never_unpacked() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("word/document.xml", bytes(200_000_000))
    assert attachment_in(document("大.docx", written.getvalue())).content == written.getvalue()


@pytest.mark.parametrize(
    ("verdict", "fault"),
    [("stream: OK", ""), ("stream: Eicar-Test-Signature FOUND", "查出恶意内容"), ("INSTREAM size limit exceeded. ERROR",
      "现在无法检查附件"), ("", "现在无法检查附件"), (None, "现在无法检查附件")],
)  # fmt: skip
def test_R055_what_the_scanner_finds_or_never_saw_is_not_kept(settings: Any, verdict: str | None, fault: str) -> None:
    with scanner(verdict) as address, nullcontext() if not fault else pytest.raises(RefusedFile, match=fault):
        settings.CLAMD_ADDRESS = address
        attachment_in(document("总结.pdf", PDF))


@contextmanager
def scanner(verdict: str | None) -> Iterator[str]:
    """A scanner that takes one document whole and answers ``verdict``; None: nobody listens there."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        wire, _address = listening.accept()
        with wire, wire.makefile("rb") as sent:
            assert sent.read(10) == b"zINSTREAM\0"
            assert sent.read(int.from_bytes(sent.read(4), "big")) == PDF
            assert sent.read(4) == bytes(4)
            wire.sendall(str(verdict).encode() + b"\0" if verdict else b"")

    thread = threading.Thread(target=answer)
    if verdict is None:
        listening.close()
        yield "127.0.0.1:9"
        return
    with listening:
        thread.start()
        yield f"127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


class TestGivenOut:
    def test_only_to_be_saved_and_only_to_those_who_see_the_record(
        self, desk: Client, draft: Activity, client_of: Any, reviewer: User, other_secretary: User
    ) -> None:
        told = add(desk, draft, document("总结.pdf", PDF)).json()
        ActivityAttachment.objects.update(name='总"结\r\nSet-Cookie: a.pdf')
        answer = desk.get(told["address"])
        assert answer.content == PDF
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
        assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer["X-Content-Type-Options"] == "nosniff"
        for user in (reviewer, other_secretary):
            assert client_of(user).get(told["address"]).status_code == 404
        desk.post(f"/activities/{draft.pk}/submit/", {"version": draft.version})
        assert client_of(reviewer).get(told["address"]).content == PDF
        assert client_of(other_secretary).get(told["address"]).status_code == 404

    def test_one_that_the_disk_lost_is_not_found(self, desk: Client, draft: Activity, media: Path) -> None:
        told = add(desk, draft, document("总结.pdf", PDF)).json()
        next(media.rglob("*.pdf")).unlink()
        assert desk.get(told["address"]).status_code == 404


class TestKept:
    @pytest.mark.django_db(transaction=True)
    def test_under_a_name_of_ours_and_gone_with_the_row_or_the_record(
        self, desk: Client, draft: Activity, media: Path
    ) -> None:
        told = add(desk, draft, document("../../etc/总结.pdf", PDF)).json()
        add(desk, draft, document("纪要.docx", DOCX))
        kept = ActivityAttachment.objects.first()
        assert kept is not None
        assert (kept.name, kept.size) == ("总结.pdf", len(PDF))
        assert len(list(media.rglob("attachments/*/*"))) == 2
        assert desk.post(told["drop"]).status_code == 200
        assert [path.suffix for path in media.rglob("attachments/*/*")] == [".docx"]
        desk.post(f"/activities/{draft.pk}/delete/", {"version": draft.version})
        assert not list(media.rglob("attachments/*/*"))

    def test_with_the_form_and_without_a_script(self, desk: Client, typed: Any) -> None:
        desk.post("/activities/new/", typed(attachments=[document("总结.pdf", PDF), document("纪要.docx", DOCX)]))
        activity = Activity.objects.get()
        assert activity.attachments.count() == 2
        first = activity.attachments.first()
        assert first is not None
        page = desk.get(f"/activities/{activity.pk}/edit/").content.decode()
        assert "去掉“总结.pdf”" in page
        sent = typed(key=str(activity.key), version=str(activity.version), dropped_attachments=[first.pk])
        desk.post(f"/activities/{activity.pk}/edit/", sent)
        assert [row.name for row in activity.attachments.all()] == ["纪要.docx"]
        assert "纪要.docx" in desk.get(f"/activities/{activity.pk}/").content.decode()

    def test_five_at_most_and_ten_megabytes_each(self, desk: Client, typed: Any, draft: Activity) -> None:
        for number in range(5):
            add(desk, draft, document("总结.pdf", PDF + bytes([number])))
        answer = add(desk, draft, document("总结.pdf", PDF))
        assert (answer.status_code, answer.json()["message"]) == (422, "最多 5 个附件，去掉几个再保存。")
        answer = add(desk, draft, document("总结.pdf", PDF + bytes(MAX_BYTES)))
        assert "超过 10 MB" in answer.json()["message"]
        page = desk.post("/activities/new/", typed(attachments=[document(f"{n}.pdf", PDF) for n in range(6)]))
        assert "最多 5 个附件" in page.content.decode()
        assert draft.attachments.count() == 5
