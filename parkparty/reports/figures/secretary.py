"""述职材料: what an organisation owed and did in a year, by the rows it reported, for its secretary to speak from."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext as _

from parkparty.activities.querysets import ActivityQuerySet
from parkparty.companies.models import Company
from parkparty.organizations.models import Organization
from parkparty.reports.choices import LISTED, ReportKind
from parkparty.reports.figures import appendices, facts
from parkparty.reports.figures.draft import Draft
from parkparty.reports.figures.facts import EVERYTHING, Asked
from parkparty.reports.figures.life import life
from parkparty.reports.figures.measures import measures_section
from parkparty.reports.sheets import Report, Section, Table, say


def work_report(asked: Asked) -> Report:
    """Duties, activities by type, companies served and what is still owed. Nobody is named.

    Raises:
        ValidationError: it is asked for a place, which has no secretary.
    """
    node = asked.node
    if not isinstance(node, Organization):
        raise ValidationError(_("述职材料按党组织生成，先选一个党组织。"))
    draft, standing = Draft(), list(facts.standing(node, asked.as_of))
    owed = facts.duties_of(node, asked.period, asked.as_of)
    held = facts.activities_of(node, asked.period, asked.as_of).counted()
    founded = facts.founded_in(node, asked.period, asked.as_of)
    sections = (
        life(draft, owed, facts.member_counts(standing), held=held.count(), founded=founded),
        Section(_("活动开展"), (), (appendices.by_type_table(facts.by_type(held)),)),
        _companies(draft, asked, node, held),
        measures_section(asked),
        appendices.missing(owed, _("附件：未报组织生活名单")),
    )
    return Report(f"{node}{ReportKind.SECRETARY.label}", facts.cover(asked), draft.cells, sections)


def _companies(draft: Draft, asked: Asked, node: Organization, held: ActivityQuerySet) -> Section:
    """The companies that the organisation covers, and with which it held activities."""
    rows: Any = Company.objects.within(EVERYTHING).operating_on(asked.as_of)
    covered = rows.covered_by_one_of(facts.organizations_of(node), asked.as_of)
    together = held.filter(companies__isnull=False)
    number = covered.count()
    sentence = say(
        _("覆盖企业%(covered)s家；报告期内与%(partners)s家企业共同开展活动%(together)s次。"),
        covered=draft.count("covered", _("覆盖企业（家）"), number),
        partners=draft.count(
            "partners",
            _("共同开展活动的企业（家）"),
            together.aggregate(n=Count("companies", distinct=True))["n"],
        ),
        together=draft.count(
            "together", _("与企业共同开展的活动（次）"), together.aggregate(n=Count("pk", distinct=True))["n"]
        ),
    )
    listed = covered.for_list(asked.as_of).order_by("name", "pk")[:LISTED]
    entries, columns = tuple(appendices.company_entries(listed, asked.as_of)), appendices.company_columns(_("覆盖方式"))
    table = Table(_("服务的企业"), columns, entries, number - len(entries), _("没有覆盖的企业。"))
    return Section(_("服务企业"), (sentence,), (table,))
