"""Closed lists of reports."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.core.dates import Period, add_months

LISTED = 1000
"""Rows of a list that a report carries; what is left out is told as a number."""

LISTED_ALONE = 5000
"""Rows on paper and on a page of a list that is a report of its own; Excel, CSV and JSON hold all of them."""

ROWS_IN_PART = 5000
"""Rows of a long list that are read and kept at a time."""

LONGEST = 4000
"""Characters of a report on one matter (整治形式主义为基层减负若干规定); a longer one carries a warning."""

FILE_DAYS = 7
"""How long a file waits in the download centre."""


class CellKind(models.TextChoices):
    """How the number of a cell is read."""

    COUNT = "count", gettext_lazy("数")
    CHANGE = "change", gettext_lazy("增减")
    RATE = "rate", gettext_lazy("率")
    MEAN = "mean", gettext_lazy("平均数")
    TEXT = "text", gettext_lazy("文字")


class ReportKind(models.TextChoices):
    """What is reported; all come from the same rows and in the same forms."""

    COVERAGE = "coverage", gettext_lazy("“两个覆盖”工作情况报告")
    ACTIVITIES = "activities", gettext_lazy("活动开展情况表")
    LEDGER = "ledger", gettext_lazy("党组织台账")
    TERMS = "terms", gettext_lazy("任期届满名单")
    UNCOVERED = "uncovered", gettext_lazy("未组织覆盖企业名单")
    BURDEN = "burden", gettext_lazy("减负账本")
    PUBLIC = "public", gettext_lazy("“两个覆盖”工作情况（公开版）")
    SECRETARY = "secretary", gettext_lazy("述职材料")


class FileFormat(models.TextChoices):
    DOCX = "docx", "Word"
    XLSX = "xlsx", "Excel"
    PDF = "pdf", "PDF"
    HTML = "html", gettext_lazy("网页")
    JSON = "json", "JSON"
    CSV = "csv", "CSV"


CONTENT_TYPES: dict[str, str] = {
    FileFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.PDF: "application/pdf",
    FileFormat.HTML: "text/html; charset=utf-8",
    FileFormat.JSON: "application/json",
    FileFormat.CSV: "text/csv; charset=utf-8",
}


class PeriodState(models.TextChoices):
    """How far a period is done with: once closed, late entries are marked; once frozen, they change nothing."""

    OPEN = "open", gettext_lazy("未截止")
    CLOSED = "closed", gettext_lazy("已截止")
    FROZEN = "frozen", gettext_lazy("已冻结")


class Every(models.TextChoices):
    """How often a report is sent."""

    MONTH = "month", gettext_lazy("每月")
    QUARTER = "quarter", gettext_lazy("每季")
    HALF = "half", gettext_lazy("每半年")
    YEAR = "year", gettext_lazy("每年")


SENT_WITHOUT_CLOSING = 10
"""Days after its end at which a period's report is sent though the period is not closed."""


class ReleaseState(models.TextChoices):
    """Whether a public edition may leave the office."""

    WAITING = "waiting", gettext_lazy("等待批准")
    RELEASED = "released", gettext_lazy("已批准公开")
    REFUSED = "refused", gettext_lazy("不予公开")


class JobState(models.TextChoices):
    WAITING = "waiting", gettext_lazy("排队中")
    COUNTING = "counting", gettext_lazy("正在统计")
    WRITING = "writing", gettext_lazy("正在写文件")
    HELD = "held", gettext_lazy("等待批准公开")
    READY = "ready", gettext_lazy("可以下载")
    FAILED = "failed", gettext_lazy("没有生成")


BUSY_STATES = (JobState.WAITING, JobState.COUNTING, JobState.WRITING)


def period_label(period: Period) -> str:
    """A period as it is read: 2017 年第二季度."""
    year, month = period.since.year, period.since.month
    if period.until == add_months(period.since, 1):
        return _("%(year)d年%(month)d月") % {"year": year, "month": month}
    if period.until == add_months(period.since, 3):
        name = (_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度"))[month // 3]
        return _("%(year)d年%(quarter)s") % {"year": year, "quarter": name}
    if period.until == add_months(period.since, 6):
        return _("%(year)d年上半年") % {"year": year} if month == 1 else _("%(year)d年下半年") % {"year": year}
    return _("%(year)d年") % {"year": year}
