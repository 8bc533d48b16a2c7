"""Attachments: PDF, OFD and office documents, kept as they came and never opened by the site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext_lazy

from parkparty.activities.documents import MAX_BYTES, RefusedFile
from parkparty.activities.documents.scanning import check_clean
from parkparty.activities.models import ending_of
from parkparty.core.files import child_process
from parkparty.core.privacy import personal_numbers
from parkparty.core.text import clean

WALL_SECONDS = 10
LONGEST_NAME = 100

ENDINGS = {
    "pdf": ("pdf",),
    "ofd": ("ofd",),
    "docx": ("docx",),
    "xlsx": ("xlsx",),
    "pptx": ("pptx",),
    "ole": ("doc", "xls", "ppt", "wps", "et", "dps"),
}
"""What a file of a kind may be called; ``ole`` is the container of the older office formats."""

ACCEPTED = ",".join(f".{ending}" for endings in ENDINGS.values() for ending in endings)

UNKNOWN = gettext_lazy("不是 PDF、OFD 或 Word、Excel、PPT 文件，换成这几种格式再上传。")
MISNAMED = gettext_lazy("内容和扩展名对不上；加了密码的文件，去掉密码再上传。")
MACRO = gettext_lazy("含有宏，另存为不带宏的文件再上传。")
PERSONAL = gettext_lazy("文件名里有指向个人的号码，改名后再上传。")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document ready to be kept; ``name`` is what its sender called it, to be shown and never used as a path."""

    content: bytes
    name: str
    sha256: str


def attachment_in(file: Any) -> Attachment:
    """The document that was sent as ``file``, whose content and name agree on what it is.

    Raises:
        RefusedFile: when they do not, or it is none of ``ENDINGS``.
    """
    name = _shown(file.name)
    if personal_numbers(name):
        raise RefusedFile(str(PERSONAL))
    content = file.read(MAX_BYTES + 1)
    kind = _kind_of(content)
    if kind == "macro":
        raise RefusedFile(str(MACRO))
    if kind not in ENDINGS:
        raise RefusedFile(str(UNKNOWN))
    if ending_of(name) not in ENDINGS[kind]:
        raise RefusedFile(str(MISNAMED))
    check_clean(content)
    return Attachment(content, name, hashlib.sha256(content).hexdigest())


def _shown(name: str) -> str:
    """A name on one line without marks that turn its letters round, cut before its ending."""
    plain = PurePath(clean("".join(letter for letter in name.replace("\\", "/") if letter.isprintable()))).name
    ending = PurePath(plain).suffix
    return plain.removesuffix(ending)[: LONGEST_NAME - len(ending)] + ending[:LONGEST_NAME]


def _kind_of(content: bytes) -> str:
    with child_process("parkparty.activities.documents.kinds", seconds=WALL_SECONDS) as child:
        try:
            answer, _errors = child.communicate(content)
        except OSError:
            answer = b""
    return answer.decode("ascii", "replace")
