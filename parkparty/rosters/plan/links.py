"""What covers the company: its branch, and whether an instructor works there."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils.translation import gettext as _

from parkparty.companies.choices import ORGANISATION_LINKS, LinkKind
from parkparty.organizations.models import Organization
from parkparty.rosters.check.branches import Branch
from parkparty.rosters.check.known import Known
from parkparty.rosters.choices import IssueKind, Item
from parkparty.rosters.plan.draft import Draft
from parkparty.rosters.staging.records import LinkRecord


def plan_coverage(draft: Draft, branch: Branch | None, known: Known) -> None:
    """Link the company to its branch. An earlier link to another one ends when the new one begins.

    Links to organisations that the importer does not keep are left alone.
    """
    if branch is None or branch.organization is None:
        return
    organization = branch.organization
    if branch.is_new:
        draft.created.append(organization)
    _plan_formation(draft, branch)
    links = known.links_of(draft.company)
    ours = [link for link in links if link.kind in ORGANISATION_LINKS and known.reaches(link.organization)]
    same = next((x for x in ours if (x.organization, x.kind) == (organization, branch.kind)), None)
    stated = draft.value("link_since")
    if same and stated in (None, same.since):
        return
    if same:
        before, same.since = _words(known.language, same), stated
        draft.tell(Item.BRANCH, before, _words(known.language, same))
        draft.change(same)
        return
    _link_anew(draft, branch, organization, ours, known)


def _link_anew(
    draft: Draft, branch: Branch, organization: Organization, stored: list[LinkRecord], known: Known
) -> None:
    """A new link in place of ``stored`` ones; one that began on the same day is corrected instead."""
    founded = organization.approved_on if branch.is_new or branch.is_founded else None
    since = draft.value("link_since") or founded or draft.day
    if too_late := [link for link in stored if link.since > since]:
        limit = max(link.since for link in too_late)
        draft.row.fault("link_since", IssueKind.LINK_DATE, limit=limit, what=_("原覆盖关系的起始日期"))
        return
    before = _("；").join(_words(known.language, link) for link in stored) if stored else ""
    corrected = next((link for link in stored if link.since == since), None)
    for link in stored:
        if link.since < since:
            draft.end(link, since)
    link = corrected or LinkRecord(draft.company, branch.kind.value, organization, since)
    link.organization, link.kind = organization, branch.kind.value
    draft.tell(Item.BRANCH, before, _words(known.language, link))
    if corrected:
        draft.change(link)
    else:
        draft.created.append(link)


def _plan_formation(draft: Draft, branch: Branch) -> None:
    organization = branch.organization
    if organization is None or not branch.changes_formation or branch.formation == organization.formation_mode:
        return
    draft.tell(Item.FORMATION, organization.formation_mode or "", branch.formation)
    organization.formation_mode = branch.formation
    draft.change(organization)


def plan_instructor(draft: Draft, known: Known) -> None:
    """Say that an instructor works with the company, or no longer does; a blank cell changes nothing."""
    wanted = draft.value("instructor")
    links = known.links_of(draft.company)
    links = [link for link in links if link.kind == LinkKind.INSTRUCTOR and known.reaches(link.organization)]
    stored = [link for link in links if link.organization or draft.row.is_ours]
    if wanted is None or wanted == bool(stored):
        return
    if wanted:
        draft.created.append(LinkRecord(draft.company, LinkKind.INSTRUCTOR.value, None, draft.day))
        draft.tell(Item.INSTRUCTOR, "", _instructor_words(known.language, draft.day))
        return
    if any(link.since >= draft.day for link in stored):
        limit = max(link.since for link in stored)
        draft.row.fault("as_of", IssueKind.LINK_DATE, limit=limit, what=_("指导员的起始日期"))
        return
    for link in stored:
        draft.end(link, draft.day)
    draft.tell(Item.INSTRUCTOR, _("有"), _("自 %(since)s 起没有") % {"since": draft.day})


@lru_cache(1_000)  # by the language, too
def _instructor_words(language: str | None, since: dt.date) -> str:
    return _("有，自 %(since)s 起") % {"since": since}


def _words(language: str | None, link: LinkRecord) -> str:
    return _in_words(language, str(link.organization), link.kind, link.since)


@lru_cache(10_000)  # by the language, too
def _in_words(language: str | None, organization: str, kind: str, since: dt.date) -> str:
    told = {"organization": organization, "kind": LinkKind(kind).label, "since": since}
    return _("%(organization)s（%(kind)s），自 %(since)s 起") % told
