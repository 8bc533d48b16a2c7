"""The process that looks at untrusted documents: the file on standard input, on standard output what it is.

Nothing is unpacked: of an archive only the list of its names is read. The word is a key of ``attachments.ENDINGS``,
``macro`` for a document that carries programs, or ``unknown``.
"""

from __future__ import annotations

import io
import sys
import zipfile

from parkparty.core.files import confine

MEMORY = 512 * 1024 * 1024
CPU_SECONDS = 5
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARTS = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx", "OFD.xml": "ofd"}
"""The one part that every document of a kind has."""


def main() -> None:
    """Answer for one file."""
    confine(memory=MEMORY, cpu_seconds=CPU_SECONDS)
    try:
        word = _kind(sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001  a damaged archive leads to all kinds
        word = "unknown"
    sys.stdout.write(word)


def _kind(data: bytes) -> str:
    if data.startswith(b"%PDF-"):
        return "pdf"
    if data.startswith(OLE):
        return "ole"
    if not data.startswith(b"PK\x03\x04"):
        return "unknown"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
    if any(name.endswith("vbaProject.bin") for name in names):
        return "macro"
    return next((kind for part, kind in PARTS.items() if part in names), "unknown")


if __name__ == "__main__":
    main()
