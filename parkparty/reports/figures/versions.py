"""Two versions of a report beside each other: which numbers changed, and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from parkparty.companies.models import Company
from parkparty.coverage.figures.frozen import list_of
from parkparty.coverage.models import CoverageSnapshot
from parkparty.reports.choices import CellKind
from parkparty.reports.figures.facts import EVERYTHING, activities_of
from parkparty.reports.models import ReportVersion

NAMED = 20


@dataclass(frozen=True, slots=True)
class Changed:
    """A cell that shows something else than in the version before; nothing where it was not there."""

    label: str
    before: str
    after: str


def version_before(version: ReportVersion) -> ReportVersion | None:
    """What was generated for the same node and period before."""
    rows = ReportVersion.objects.of(version.node).in_period(version.period).filter(kind=version.kind)
    return rows.filter(pk__lt=version.pk).order_by("-pk").first()


def changes(before: ReportVersion, after: ReportVersion) -> list[Changed]:
    """The cells that differ, in the order of the report."""
    was, is_ = before.report.cells, after.report.cells
    ids = [*is_, *(id for id in was if id not in is_)]
    found = []
    for id in ids:
        old, new = was.get(id), is_.get(id)
        if old != new and (old or new).kind != CellKind.TEXT:  # type: ignore[union-attr]
            label = (new or old).label  # type: ignore[union-attr]
            found.append(Changed(label, old.text if old else "", new.text if new else ""))
    return found


def reasons(before: ReportVersion, after: ReportVersion) -> list[str]:
    """Why: the day moved, companies were recorded otherwise, activities were reported or judged, words were edited."""
    found = []
    if before.as_of != after.as_of:
        found.append(_("截至日从 %(before)s 到 %(after)s。") % {"before": before.as_of, "after": after.as_of})
    changed = _companies(before, after)
    if changed:
        rows = Company.objects.within(EVERYTHING).filter(pk__in=changed[: 10 * NAMED]).order_by("name")
        names = _("、").join(rows.values_list("name", flat=True)[:NAMED])
        found.append(_("%(number)d 家企业的记录不同：%(names)s。") % {"number": len(changed), "names": names})
    since = Q(filed_at__gt=before.data_at) | Q(reviewed_at__gt=before.data_at)
    moved = activities_of(after.node, after.period, after.as_of).filter(since, filed_at__isnull=False)
    number = moved.filter(Q(filed_at__lte=after.data_at) | Q(reviewed_at__lte=after.data_at)).count()
    if number:
        found.append(_("%(number)d 条活动记录在上一版之后提交或审核。") % {"number": number})
    return found


def _companies(before: ReportVersion, after: ReportVersion) -> list[int]:
    """The keys of companies that are counted otherwise in the snapshots of the two versions."""
    lists = []
    for version in (before, after):
        taken = CoverageSnapshot.objects.of(version.node).filter(sha256__in=version.report.sources)
        lists.append({(s.denominator, pk): how for s in taken for pk, how in list_of(s).items()})
    was, is_ = lists
    return sorted({key[1] for key in was.keys() | is_.keys() if was.get(key) != is_.get(key)})
