"""Reports write files: each test has a folder of its own for them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from parkparty.reports.choices import FileFormat
from parkparty.reports.models import ReportVersion
from parkparty.reports.services import write_version


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def file_of(version: ReportVersion, format: FileFormat) -> bytes:
    """A version as the bytes of its file."""
    out = io.BytesIO()
    write_version(version, format, out)
    return out.getvalue()
