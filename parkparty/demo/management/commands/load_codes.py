"""``manage.py load_codes``: bring the code tables up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.demo.services.codes import load_codes


class Command(BaseCommand):
    """Adds the rows of fixtures/codes/ that are missing, and says of which tables."""

    help = _("补齐代码表（组建方式、行业、活动类型、规则等），不改动已有的行")

    def handle(self, *args: Any, **options: Any) -> None:
        added = {model: count for model, count in load_codes().items() if count}
        for model, count in added.items():
            self.stdout.write(_("%(table)s：新增 %(count)s 行") % {"table": model._meta.verbose_name, "count": count})
        if not added:
            self.stdout.write(_("代码表已是最新。"))
