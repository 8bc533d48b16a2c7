"""``manage.py import_roster FILE [--commit] [--json] [--user NAME]``: check a roster, and import it when it is clean.

Exit status: 0 clean (and with ``--commit`` imported), 1 some cells are wrong (nothing is imported), 2 the file cannot
be read or the user may not import. A folder is gone through file by file, each on its own; the worst status is the
command's. With ``--expected`` the status is 0 when every file of the folder is found to be what the ``.json`` beside
it says, and 1 otherwise.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.accounts.models import User
from parkparty.core.dates import today
from parkparty.rosters.choices import fault_sentence
from parkparty.rosters.models import RosterBatch, RosterIssue
from parkparty.rosters.plan.draft import issues_of
from parkparty.rosters.plan.roster import Plan, plan_book
from parkparty.rosters.services.batches import import_at_once, reach_of
from parkparty.rosters.services.kept import digest_of
from parkparty.rosters.services.reading import aliases_of, staged_book
from parkparty.rosters.sheets.limits import Refused

CLEAN, WRONG, UNREADABLE = 0, 1, 2
Result = tuple[Plan, list[RosterIssue], RosterBatch | None]


class Command(BaseCommand):
    """Imports a roster of companies from the command line."""

    help = _("检查名册；加 --commit 且没有问题时导入，有任何问题则什么都不写入")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", metavar="FILE", type=Path, help=_(".xlsx、.xls、.et、.ods、.csv 或 .txt 名册，或放有名册的文件夹")
        )
        parser.add_argument("--commit", action="store_true", help=_("没有问题时写入"))
        parser.add_argument("--json", action="store_true", dest="as_json", help=_("输出 JSON"))
        parser.add_argument("--expected", action="store_true", help=_("与每份名册旁边同名 .json 中的预期结果比对"))
        parser.add_argument("--user", metavar="NAME", help=_("以这个用户的名义和范围导入，默认全站"))

    def handle(self, *args: Any, **options: Any) -> None:
        path, user = options["file"], _user(options["user"])
        paths = sorted(each for each in path.iterdir() if each.suffix != ".json") if path.is_dir() else [path]
        answers = [self._answer(each, user, commit=options["commit"]) for each in paths]
        status = max((_status(answer) for answer in answers), default=CLEAN)
        if options["expected"]:
            status = WRONG
            for each, answer in zip(paths, answers, strict=True):
                answer["differs"] = _differences(each, answer)
            if answers and not any(answer["differs"] for answer in answers):
                status = CLEAN
        self._say(answers if path.is_dir() else answers[0], as_json=options["as_json"])
        if status:
            sys.exit(status)

    def _answer(self, path: Path, user: User | None, *, commit: bool) -> dict[str, Any]:
        try:
            return _result(path, *self._run(path, user, commit=commit))
        except Refused as refusal:
            return _unread(path, refusal)

    def _run(self, path: Path, user: User | None, *, commit: bool) -> Result:
        try:
            reach = reach_of(user)
            data = path.read_bytes()
        except OSError as fault:
            raise CommandError(
                _("打不开文件 %(path)s：%(reason)s") % {"path": path, "reason": fault.strerror}, returncode=UNREADABLE
            ) from fault
        except PermissionDenied as refusal:
            raise CommandError(str(refusal), returncode=UNREADABLE) from refusal
        with staged_book(path, filename=path.name, aliases=aliases_of(user)) as book:
            if commit:
                return import_at_once(book, filename=path.name, digest=digest_of([data]), by=user)
            plan = plan_book(book.rosters, reach=reach, day=today())
            issues = [issue for piece in plan.pieces() for issue in issues_of(piece)]
            return plan, issues, None

    def _say(self, answer: dict[str, Any] | list[dict[str, Any]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2))
            return
        if isinstance(answer, dict):
            self._tell(answer)
            return
        for each in answer:
            self.stdout.write(each["file"])
            self._tell(each)

    def _tell(self, answer: dict[str, Any]) -> None:
        for error in answer["errors"]:
            self.stdout.write(_("%(cell)s “%(value)s”：%(reason)s") % error)
        self.stdout.write(
            _("共 %(rows)s 行：新增 %(new)s，更新 %(changed)s，不变 %(unchanged)s，有问题 %(wrong)s。") % answer
        )
        if answer["committed"]:
            self.stdout.write(_("已导入，批次 %(batch)s。") % answer)
        else:
            self.stdout.write(_("没有写入任何数据。"))
        if "differs" in answer:
            differs = {"names": _("、").join(answer["differs"])}
            self.stdout.write(_("与预期不同：%(names)s。") % differs if answer["differs"] else _("与预期相同。"))


def _user(name: str | None) -> User | None:
    if name is None:
        return None
    user: User | None = User.objects.filter(username=name).first()
    if user is None:
        raise CommandError(_("没有登录名为“%(name)s”的用户。") % {"name": name}, returncode=UNREADABLE)
    return user


def _status(answer: dict[str, Any]) -> int:
    if answer["wrong"]:
        return WRONG
    return UNREADABLE if answer["errors"] else CLEAN


def _differences(path: Path, answer: dict[str, Any]) -> list[str]:
    """What of ``answer`` is not as the file beside ``path`` says; the errors are held against their kinds by cell."""
    beside = path.with_name(f"{path.name}.json")
    if not beside.exists():
        return [beside.name]
    found = {**answer, "errors": {error["cell"]: error["kind"] for error in answer["errors"]}}
    return [key for key, value in json.loads(beside.read_text(encoding="utf-8")).items() if found.get(key) != value]


def _result(path: Path, plan: Plan, issues: list[RosterIssue], batch: RosterBatch | None) -> dict[str, Any]:
    errors = [
        {"cell": issue.cell, "value": issue.value, "kind": str(issue.kind), "reason": issue.sentence}
        for issue in issues
    ]
    return {
        "file": path.name,
        "rows": plan.rows,
        **plan.counts,
        "errors": errors,
        "committed": batch is not None,
        "batch": batch.pk if batch else None,
    }


def _unread(path: Path, refusal: Refused) -> dict[str, Any]:
    counts = dict.fromkeys(("rows", "new", "changed", "unchanged", "wrong"), 0)
    reason = fault_sentence(refusal.fault, refusal.detail)
    error = {"cell": "", "value": path.name, "kind": refusal.fault, "reason": reason}
    return {"file": path.name, **counts, "errors": [error], "committed": False, "batch": None}
