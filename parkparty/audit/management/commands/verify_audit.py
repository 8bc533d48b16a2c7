"""`manage.py verify_audit`: show that the trail is whole, or where it is not. Exit status 0 or 1."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from parkparty.audit.check import Verdict, anchors_in, verify
from parkparty.audit.services import anchor_line, seal_all

SHOWN = 20


class Command(BaseCommand):
    help = "核验操作记录的封存链，指出第一处改动；用 --anchor 对照另处保存的存证，可查出链尾被截。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--anchor", type=Path, metavar="FILE", help="存证文件，或收走的日志，逐行查找 audit-head")
        parser.add_argument("--write-anchor", type=Path, metavar="FILE", help="先封存，核验通过后把链头追加到文件")

    def handle(self, *args: Any, anchor: Path | None, write_anchor: Path | None, **options: Any) -> None:
        if write_anchor:
            seal_all()
        verdict = verify(_read(anchor))
        self._tell(verdict)
        if verdict.faults:
            self.stdout.write(f"核验未通过，共 {len(verdict.faults)} 处。第一处：{verdict.faults[0]}")
            for fault in verdict.faults[1:SHOWN]:
                self.stdout.write(f"　　其余：{fault}")
            raise CommandError("操作记录不完整", returncode=1)
        if write_anchor and verdict.head:
            line = anchor_line(verdict.head.position, verdict.head.hash)
            with write_anchor.open("a", encoding="utf-8") as file:
                file.write(f"{timezone.now():%Y-%m-%dT%H:%M:%SZ} {line}\n")
        self.stdout.write("核验通过")

    def _tell(self, verdict: Verdict) -> None:
        head = anchor_line(verdict.head.position, verdict.head.hash) if verdict.head else "—"
        self.stdout.write(f"封存 {verdict.sealed} 条，在库 {verdict.kept} 条，按期清理到第 {verdict.purged_through} 条")
        since = timezone.localtime(verdict.unsealed_since) if verdict.unsealed_since else None
        oldest = f"（最早 {since:%Y-%m-%d %H:%M:%S}）" if since else ""
        self.stdout.write(f"尚未封存 {verdict.unsealed} 条{oldest}；对照存证 {verdict.anchors} 处")
        self.stdout.write(f"链头 {head}")


def _read(anchor: Path | None) -> dict[int, str]:
    if anchor is None:
        return {}
    try:
        with anchor.open(encoding="utf-8", errors="replace") as lines:
            found = anchors_in(lines)
    except OSError as absent:
        raise CommandError(f"无法读取存证文件 {anchor}：{absent.strerror}", returncode=1) from absent
    if not found:
        raise CommandError(f"{anchor} 中没有 audit-head 存证，核对文件是否选对", returncode=1)
    return found
