"""The site's virus scanner, when it has one: a clamd that answers on a socket."""

from __future__ import annotations

import socket
import struct

from django.conf import settings
from django.utils.translation import gettext_lazy

from parkparty.activities.documents import RefusedFile

ANSWER_SECONDS = 30
INFECTED = gettext_lazy("查出恶意内容，没有保存。")
UNSCANNED = gettext_lazy("现在无法检查附件，没有保存，过一会儿再上传。")


def check_clean(content: bytes) -> None:
    """Let ``content`` pass when no scanner is set, or the scanner finds nothing.

    Raises:
        RefusedFile: when it finds something, or does not answer: what was not looked at is not kept.
    """
    if not settings.CLAMD_ADDRESS:
        return
    try:
        verdict = _verdict(content)
    except OSError:
        verdict = ""
    if verdict.endswith("FOUND"):
        raise RefusedFile(str(INFECTED))
    if verdict != "stream: OK":
        raise RefusedFile(str(UNSCANNED))


def _verdict(content: bytes) -> str:
    host, _colon, port = settings.CLAMD_ADDRESS.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=ANSWER_SECONDS) as wire:
        wire.sendall(b"zINSTREAM\0" + struct.pack(">I", len(content)) + content + struct.pack(">I", 0))
        with wire.makefile("rb") as answer:
            return answer.read().rstrip(b"\0").decode("utf-8", "replace")
