"""The company's own fields and its member count."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import gettext as _

from parkparty.companies.choices import CompanyStatus, StaffBand
from parkparty.rosters.check.known import Known
from parkparty.rosters.check.rows import Row
from parkparty.rosters.choices import IssueKind, Item
from parkparty.rosters.plan.draft import Draft
from parkparty.rosters.staging.records import CompanyRecord, CountRecord


def new_company(row: Row) -> CompanyRecord:
    """The company of a row that the site does not know."""
    told = row.values
    status = told.get("status", CompanyStatus.OPERATING.value)
    return CompanyRecord(
        pk=None,
        uscc=told.get("uscc"),
        name=row.name,
        folded_name=row.folded,
        industry_id=told.get("industry"),
        staff_band=told.get("staff", StaffBand.UNKNOWN.value),
        status=status,
        status_since=told.get("status_since") if status != CompanyStatus.OPERATING else None,
    )


def plan_company(draft: Draft, known: Known) -> None:
    """Create the company, or change what the row states otherwise; a blank cell changes nothing."""
    _check_industry(draft, known)
    _check_status(draft)
    if draft.row.company is None:
        draft.created.append(draft.company)
        if draft.company.status != CompanyStatus.OPERATING:
            draft.tell(Item.STATUS, "", _status_words(draft.company))
    elif draft.row.is_ours:
        _change_fields(draft)


def _check_industry(draft: Draft, known: Known) -> None:
    if draft.value("industry") and draft.value("industry") not in known.industries:
        draft.row.fault("industry", IssueKind.INDUSTRY)


def _check_status(draft: Draft) -> None:
    status = draft.value("status")
    if status in (None, CompanyStatus.OPERATING) or draft.value("status_since"):
        return
    stands = not draft.is_new and draft.company.status == status
    if not stands and draft.row.can_tell("status_since"):
        draft.row.fault("status_since", IssueKind.STATUS_DATE, status=CompanyStatus(status).label)


def _change_fields(draft: Draft) -> None:
    company, told = draft.company, draft.row.values
    if draft.row.folded != company.folded_name:
        draft.tell(Item.NAME, company.name, draft.row.name)
        company.name, company.folded_name = draft.row.name, draft.row.folded
        draft.change(company)
    if told.get("uscc", company.uscc) != company.uscc:
        draft.tell(Item.USCC, company.uscc or "", told["uscc"])
        company.uscc = told["uscc"]
        draft.change(company)
    if told.get("industry", company.industry_id) != company.industry_id:
        draft.tell(Item.INDUSTRY, company.industry_id or "", told["industry"])
        company.industry_id = told["industry"]
        draft.change(company)
    if told.get("staff", company.staff_band) != company.staff_band:
        before = StaffBand(company.staff_band).label
        company.staff_band = told["staff"]
        draft.tell(Item.STAFF, before, StaffBand(company.staff_band).label)
        draft.change(company)
    _change_status(draft)


def _change_status(draft: Draft) -> None:
    company, status = draft.company, draft.value("status")
    if status is None:
        return
    since = None if status == CompanyStatus.OPERATING else draft.value("status_since") or company.status_since
    if (status, since) == (company.status, company.status_since):
        return
    if status == company.status == CompanyStatus.OPERATING:
        return
    before = _status_words(company)
    company.status, company.status_since = status, since
    draft.tell(Item.STATUS, before, _status_words(company))
    draft.change(company)


def _status_words(company: CompanyRecord) -> str:
    label = str(CompanyStatus(company.status).label)
    return f"{label}（{company.status_since}）" if company.status_since else label


def plan_member_count(draft: Draft, known: Known) -> None:
    """Keep the count of a day, when it differs from the last one before it."""
    if draft.value("full") is None:
        return
    held = known.counts_of(draft.company)
    ours = held if draft.row.is_ours else []
    last = next((count for count in reversed(ours) if count.as_of <= draft.day), None)
    before = (last.full, last.probationary) if last else (0, 0)
    after = (draft.value("full"), before[1] if draft.value("probationary") is None else draft.value("probationary"))
    if last and before == after:
        return
    draft.tell(
        Item.MEMBERS, _count_words(known.language, *before) if last else "", _count_words(known.language, *after)
    )
    if last and last.as_of == draft.day:
        last.full, last.probationary = after
        draft.change(last)
    elif all(count.as_of != draft.day for count in held):
        draft.created.append(CountRecord(draft.company, draft.day, *after))


@lru_cache(10_000)  # by the language, too
def _count_words(language: str | None, full: int, probationary: int) -> str:
    return _("正式 %(full)s、预备 %(probationary)s") % {"full": full, "probationary": probationary}
