"""``manage.py load_codes``: bring the code tables up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from parkparty.demo.services.codes import load_codes


class Command(BaseCommand):
    """Adds the rows and the English names of fixtures/codes/ that are missing, and says of which tables."""

    help = _("补齐代码表（组建方式、行业、活动类型、规则等）和空着的英文名称，不改动已有的内容")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = []
        for model, loaded in load_codes().items():
            table = model._meta.verbose_name
            if loaded.added:
                lines.append(_("%(table)s：新增 %(count)s 行") % {"table": table, "count": loaded.added})
            if loaded.named:
                lines.append(_("%(table)s：补上 %(count)s 个英文名称") % {"table": table, "count": loaded.named})
        self.stdout.write("\n".join(lines) or _("代码表已是最新。"))
