"""Measure the page of .docx reports as LibreOffice lays it out: 22 lines of 28 characters (GB/T 9704-2012).

Writes a report of Chinese characters only with the site's own writer, has it converted, and counts. Asks for `soffice`
and `pdftotext` on the machine; nothing of the site needs them.
"""

import datetime as dt
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
FULL = (22, 28)


def main() -> int:
    """Print what was measured; 0 only when full pages have 22 lines and full lines 28 characters, without a warning."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.docx"
        file.write_bytes(_sample())
        # A profile of its own: LibreOffice gives way to another one that is open with the same.
        convert = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
        told = subprocess.run([*convert, "--outdir", folder, str(file)], capture_output=True, text=True, check=True)
        command = ["pdftotext", "-layout", str(file.with_suffix(".pdf")), "-"]
        pages = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\f")
    warnings = [line for line in told.stderr.splitlines() if line and "javaldx" not in line]
    bodies = [[re.sub(r"\s", "", line) for line in page.splitlines() if "字" in line] for page in pages]
    lines = Counter(len(body) for body in bodies).most_common(1)[0][0]
    characters = Counter(len(line) for body in bodies for line in body).most_common(1)[0][0]
    print(f"{lines} lines of {characters} characters, {len(warnings)} warnings")
    return int((lines, characters) != FULL or bool(warnings))


def _sample() -> bytes:
    """A report whose body fills several pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkparty.settings")
    sys.path.insert(0, str(ROOT))
    django.setup()
    from parkparty.reports.documents import word
    from parkparty.reports.documents.blocks import Imprint
    from parkparty.reports.sheets import Report, Section

    section = Section("正文", (("字" * 28 * 22 * 5,),))
    report = Report("报告", (("单位", "园区"),), {}, (section,))
    return word.write(report, Imprint(dt.datetime.now(dt.UTC), "0" * 64))


if __name__ == "__main__":
    sys.exit(main())
