"""Kinds of notices and the sentence that each is told in."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoticeKind(models.TextChoices):
    RETURNED = "returned", _("退回修改")
    APPROVED = "approved", _("通过")
    UNDONE = "undone", _("撤销通过")
    DUE = "due", _("到期提醒")
    URGED = "urged", _("催办")
    TAKEN_OVER = "taken_over", _("职务交接")
    CHECKED = "checked", _("名册检查完毕")
    UNREADABLE = "unreadable", _("名册没有读成")
    REPORT = "report", _("定期报告")


SENTENCES = {
    NoticeKind.RETURNED: _("“%(record)s”退回修改：%(reason)s"),
    NoticeKind.APPROVED: _("“%(record)s”已通过审核。"),
    NoticeKind.UNDONE: _("“%(record)s”的通过被撤销，重新审核：%(reason)s"),
    NoticeKind.DUE: _("%(organization)s：%(duty)s（%(period)s）还没有上报，截止 %(due_on)s。"),
    NoticeKind.URGED: _("%(by)s催办%(organization)s：%(duty)s（%(period)s），截止 %(due_on)s。本期第 %(times)s 次。"),
    NoticeKind.TAKEN_OVER: _("%(organization)s的书记职务已由%(former)s交接给您，草稿 %(drafts)s 份一并转来。"),
    NoticeKind.CHECKED: _("名册“%(file)s”检查完毕：新增 %(new)s 行，更新 %(changed)s 行，有问题 %(wrong)s 行。"),
    NoticeKind.UNREADABLE: _("名册“%(file)s”没有读成，打开批次看原因。"),
    NoticeKind.REPORT: _("%(file)s 已生成，%(until)s 之前可在下载中心下载。"),
}
"""Each with the values that are kept with the notice, so that it reads well in every language."""

QUIET_FROM, QUIET_UNTIL = 20, 8
"""Local hours between which no mail is sent; none on holidays and free weekends either."""

KEPT_DAYS = 180
"""For how long read notices stay in the inbox."""
