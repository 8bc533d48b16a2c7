"""``manage.py report``: the report of a node and a period as a file, from the command line."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.core.scope import Scope
from parkparty.coverage.management.nodes import add_node_options, asked_node
from parkparty.reports.choices import FileFormat, ReportKind
from parkparty.reports.forms import PeriodField
from parkparty.reports.services import make_report, write_version


class Command(BaseCommand):
    """Generates a version, or takes the one that stands when nothing changed, and writes it to a file."""

    help = _("生成报告并写成文件；数字没有变化时沿用已生成的一版")

    def add_arguments(self, parser: CommandParser) -> None:
        add_node_options(parser)
        parser.add_argument("--period", required=True, help=_("报告期：2017-07、2017Q2、2017H1 或 2017"))
        parser.add_argument("--kind", choices=ReportKind.values, default=ReportKind.COVERAGE, help=_("哪一种报告"))
        parser.add_argument("--format", choices=FileFormat.values, default=FileFormat.DOCX)
        parser.add_argument("--out", required=True, metavar="FILE", help=_("写到哪个文件"))

    def handle(self, *args: Any, **options: Any) -> None:
        with TemporaryFile() as content:
            self._write(content, options)

    def _write(self, content: IO[bytes], options: dict[str, Any]) -> None:
        """Write what is asked for into ``content`` first: what cannot be had leaves the file as it was."""
        try:
            period, kind = PeriodField(required=True).clean(options["period"]), ReportKind(options["kind"])
            version, is_new = make_report(asked_node(options, Scope.everything()), period, by=None, kind=kind)
            write_version(version, FileFormat(options["format"]), content)
            content.seek(0)
            with Path(options["out"]).open("wb") as out:
                shutil.copyfileobj(content, out)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        except OSError as fault:
            raise CommandError(
                _("写不了文件 %(file)s：%(fault)s") % {"file": options["out"], "fault": fault}
            ) from fault
        said = _("已生成新的一版") if is_new else _("数字没有变化，沿用已生成的一版")
        self.stdout.write(f"{said} {version.pk} {version.sha256}")
