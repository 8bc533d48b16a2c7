"""减负账本: what people wrote in a period, what was filled in for them, and what they did not write twice."""

from __future__ import annotations

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _

from parkparty.activities.models import Activity
from parkparty.reports.choices import ReportKind
from parkparty.reports.figures import facts
from parkparty.reports.figures.draft import Draft
from parkparty.reports.figures.facts import Asked
from parkparty.reports.models import ReportVersion
from parkparty.reports.sheets import Column, Ref, Report, Section, Table, say

WRITTEN = ("topic", "place", "summary")
"""Fields of text in the form of an activity; its day and its types are always given."""

GIVEN = ("theme", "station", "expected", "present")
"""Fields that are chosen or counted, where they are filled in."""

PREFILLED = ("place", "expected")
"""Fields that the form fills in from the last record of the branch."""


def burden(asked: Asked) -> Report:
    """What the records of a period asked of their writers. Of a branch's first record nothing is known to be reused."""
    draft, rows = Draft(), facts.activities_of(asked.node, asked.period, asked.as_of).filed()
    counts = {
        "records": (_("上报活动记录（条）"), rows.count()),
        "fields": (_("填写的栏目（项）"), _fields(rows)),
        "reused": (_("其中沿用上次、系统已填好的（项）"), _reused(rows)),
        "types": (_("一次填报计入多个类型，少填（条）"), _beyond_the_first(rows, "types")),
        "hosts": (_("联办活动一次填报，少填（条）"), _beyond_the_first(rows, "host_rows")),
        "figures": (_("报告中由系统统计、不用填写的数字（个）"), _figures(asked)),
    }
    refs: dict[str, Ref] = {id: draft.count(id, label, number) for id, (label, number) in counts.items()}
    sentence = say(
        _(
            "报告期内上报活动%(records)s条，填写栏目%(fields)s项，其中%(reused)s项由系统沿用；"
            "因一次填报多处使用，少填%(types)s条、%(hosts)s条；报告中的%(figures)s个数字由系统统计。"
        ),
        **refs,
    )
    columns = (Column(_("项目"), 24), Column(_("数量"), 8, is_number=True))
    table = Table(str(ReportKind.BURDEN.label), columns, tuple((label, refs[id]) for id, (label, _n) in counts.items()))
    return Report(
        title=f"{asked.node}{ReportKind.BURDEN.label}",
        cover=facts.cover(asked),
        cells=draft.cells,
        sections=(Section(str(ReportKind.BURDEN.label), (sentence,), (table,)),),
    )


def _fields(rows: QuerySet[Activity]) -> int:
    """Fields that were filled in, the day and the types of every record among them."""
    filled = {name: Count("pk", filter=~Q(**{name: ""})) for name in WRITTEN}
    filled |= {name: Count("pk", filter=Q(**{f"{name}__isnull": False})) for name in GIVEN}
    found = rows.aggregate(all=Count("pk"), **{f"of_{name}": number for name, number in filled.items()})
    return 2 * int(found.pop("all")) + int(sum(found.values()))


def _reused(rows: QuerySet[Activity]) -> int:
    """Fields whose value is that of the branch's record before, which the form had filled in."""
    before = {
        f"last_{name}": Window(Lag(name), partition_by=[F("organization")], order_by=[F("id").asc()])
        for name in PREFILLED
    }
    told = rows.order_by("organization", "id").annotate(**before)
    names = [*PREFILLED, *before]
    return sum(
        value not in (None, "") and value == last
        for record in told.values_list(*names)
        for value, last in zip(record[: len(PREFILLED)], record[len(PREFILLED) :], strict=True)
    )


def _beyond_the_first(rows: QuerySet[Activity], relation: str) -> int:
    """Records that would have been written again for each type, or by each host, beyond the first."""
    counted = rows.order_by().annotate(number=Count(relation)).filter(number__gt=1)
    found = counted.aggregate(total=Sum(F("number") - 1))
    return int(found["total"] or 0)


def _figures(asked: Asked) -> int:
    """The numbers of the last report of coverage of the period, which nobody had to fill in."""
    rows = ReportVersion.objects.of(asked.node).in_period(asked.period).filter(kind=ReportKind.COVERAGE)
    last = rows.order_by("-pk").first()
    return len(last.report.cells) if last else 0
