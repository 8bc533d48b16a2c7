"""An office's own layouts of Word: uploaded, tried, used."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.coverage.figures import Node
from parkparty.reports.choices import ReportKind
from parkparty.reports.documents import layout as layouts
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.models import Layout, ReportVersion


@transaction.atomic
def upload_layout(node: Node, *, name: str, kind: ReportKind, content: bytes, by: User) -> Layout:
    """Keep a layout for ``node`` and all below it; it is used only once it was tried.

    Raises:
        ValidationError: it is no harmless .docx, or has no place for the report.
    """
    layouts.check(content)
    layout = Layout(name=name, kind=kind, sha256=hashlib.sha256(content).hexdigest(), uploaded_by=by)
    setattr(layout, str(node._meta.model_name), node)
    layout.file.save("", ContentFile(content), save=False)
    layout.save()
    record(gettext_noop("上传 Word 模板"), layout, by=by, changes={"sha256": [None, layout.sha256]})
    return layout


@transaction.atomic
def try_layout(layout: Layout, *, by: User) -> bytes:
    """The last report of its kind and node in this layout; that it was tried is noted.

    Raises:
        ValidationError: there is no report yet, or the layout names numbers that the report has not.
    """
    rows = ReportVersion.objects.of(layout.node).filter(kind=layout.kind)
    version = rows.order_by("-pk").first()
    if version is None:
        raise ValidationError(_("还没有这种报告，先生成一份再试。"))
    with layout.file.open("rb") as file:
        content = file.read()
    missing = layouts.missing_in(content, version.report)
    if missing:
        raise ValidationError(
            _("报告里没有这些名称：%(names)s，改正模板后重新上传。") % {"names": _("、").join(missing)}
        )
    with translation.override(settings.LANGUAGE_CODE):
        written = layouts.write(version.report, Imprint(version.data_at, version.sha256), content)
    Layout.objects.filter(pk=layout.pk).update(tried_at=timezone.now())
    record(gettext_noop("试用 Word 模板"), layout, by=by, changes={"sha256": [None, version.sha256]})
    return written


@transaction.atomic
def use_layout(layout: Layout, *, is_used: bool, by: User) -> None:
    """Use a layout from now on in place of the one before, or go back to the one above or the site's own.

    Raises:
        ValidationError: it was never tried.
    """
    layout = Layout.objects.select_for_update().get(pk=layout.pk)
    if is_used and layout.tried_at is None:
        raise ValidationError(_("先试生成一次，看过没有问题再使用。"))
    if layout.is_used == is_used:
        return
    if is_used:
        Layout.objects.of(layout.node).filter(kind=layout.kind, is_used=True).update(is_used=False)
    Layout.objects.filter(pk=layout.pk).update(is_used=is_used)
    action = gettext_noop("使用 Word 模板") if is_used else gettext_noop("停用 Word 模板")
    record(action, layout, by=by, changes={"is_used": [layout.is_used, is_used]})
