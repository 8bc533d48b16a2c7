"""``manage.py demo``: load the demo set, or take exactly it away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from parkparty.demo.services.load import load_demo
from parkparty.demo.services.removal import remove_demo


class Command(BaseCommand):
    """Loads four parks with invented companies, organisations, users and two years of activities."""

    help = _("载入演示数据（虚构的企业和人员）；--remove 原样移除")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help=_("移除演示数据和试用中在其上添加的内容"))

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError(_("正式环境不载入、不移除演示数据。"))
        self.stdout.write(self._remove() if options["remove"] else self._load())

    def _load(self) -> str:
        try:
            added = load_demo()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        if not added:
            return _("演示数据已载入，未作改动。")
        counts = {model._meta.model_name: count for model, count in added.items()}
        return (
            _(
                "已载入演示数据：%(park)s 个园区、%(organization)s 个党组织、%(company)s 家企业、"
                "%(activity)s 条活动、%(user)s 个演示账号。"
            )
            % counts
        )

    def _remove(self) -> str:
        removed = remove_demo()
        if removed is None:
            return _("没有演示数据。")
        lines = [
            _("已移除演示数据 %(loaded)s 行，以及试用中添加的 %(added)s 行。")
            % {"loaded": removed.loaded, "added": removed.added}
        ]
        if removed.kept:
            lines.append(_("仍被其他数据使用，予以保留：%(names)s。") % {"names": "、".join(removed.kept)})
        return "\n".join(lines)
