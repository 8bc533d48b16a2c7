"""The report as one HTML page that stands alone: for a file that is sent on, or printed by a browser."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string

from parkparty.reports.documents.blocks import Imprint, blocks_of, warning
from parkparty.reports.sheets import Report

STYLES = Path(settings.BASE_DIR) / "static" / "css" / "reports.css"


def context(report: Report, imprint: Imprint) -> dict[str, object]:
    """What the template of a report needs, on the site as in a file."""
    return {"report": report, "blocks": blocks_of(report), "warning": warning(report), "imprint": imprint.text}


def write(report: Report, imprint: Imprint) -> bytes:
    """The report as .html, with its layout for paper inside."""
    styles = STYLES.read_text(encoding="utf-8")
    return render_to_string("reports/file.html", {**context(report, imprint), "styles": styles}).encode()
