"""The report as PDF, straight from the server, in an open font that carries every character of a name."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import typst
from django.conf import settings

from parkparty.reports.documents.blocks import Imprint, blocks_of, warning
from parkparty.reports.sheets import Report

FONTS = settings.BASE_DIR / "node_modules" / "@expo-google-fonts" / "noto-serif-sc"
FACES = [FONTS / "400Regular", FONTS / "700Bold"]
LAYOUT = Path(__file__).with_name("report.typ")


def write(report: Report, imprint: Imprint) -> bytes:
    """The report as .pdf. What it says goes in as data, so that no text can be read as layout.

    Raises:
        FileNotFoundError: the font is not installed; without it every page would be blank.
    """
    if not all(face.is_dir() for face in FACES):
        raise FileNotFoundError(f"{FONTS}: make setup")
    data = {
        "title": report.title,
        "cover": report.cover,
        "warning": warning(report),
        "blocks": [{**asdict(block), "text": getattr(block, "text", "")} for block in blocks_of(report)],
        "imprint": imprint.text,
    }
    written = typst.compile(
        str(LAYOUT),
        font_paths=[str(face) for face in FACES],
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps(data, ensure_ascii=False)},
        timestamp=int(imprint.data_at.timestamp()),
    )
    return bytes(written)
