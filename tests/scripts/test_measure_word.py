"""The page of Word as LibreOffice lays it out; where it is not installed, this is not asked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")), reason="no LibreOffice or no pdftotext"
)
def test_a_page_has_22_lines_of_28_characters() -> None:
    """Takes some seconds: LibreOffice itself lays the page out (GB/T 9704-2012)."""
    command = [sys.executable, str(ROOT / "scripts" / "measure_word.py")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.stdout.strip(), told.returncode) == ("22 lines of 28 characters, 0 warnings", 0), told.stderr
