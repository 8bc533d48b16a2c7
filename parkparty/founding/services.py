"""The steps of a founding: each one transaction on the locked case, each leaving an audit entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.choices import CoverageChoice, LinkKind
from parkparty.companies.models import Company, CoverageLink
from parkparty.core.dates import add_months, today
from parkparty.founding.check import OWN, findings
from parkparty.founding.choices import Stage
from parkparty.founding.models import FoundingCase
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import Organization
from parkparty.organizations.services import dissolve, save_organization
from parkparty.rules.choices import RuleKind
from parkparty.rules.figures import RuleBook


@transaction.atomic
def open_case(organization: Organization, companies: Iterable[Company], *, by: User) -> FoundingCase:
    """Put a new organisation in preparation and open its case; ``applied_on`` is set, a missing code is made up.

    Raises:
        ValidationError: when a rule forbids it, or a company is covered or in another open case.
    """
    chosen = _locked(companies)
    _check(organization, chosen)
    _refuse_taken(chosen, besides=None)
    organization.status = OrganizationStatus.PREPARING
    organization.code = organization.code or _free_code(organization.parent)
    save_organization(organization, by=by, on=organization.applied_on)
    case = FoundingCase.objects.create(organization=organization, opened_by=by)
    case.companies.set(chosen)
    record(gettext_noop("申请成立党组织"), case, by=by, changes={"companies": [None, _names(chosen)]})
    return case


@transaction.atomic
def choose_companies(case: FoundingCase, companies: Iterable[Company], *, by: User) -> FoundingCase:
    """Adjust by hand which companies the branch is to cover, until the reply.

    Raises:
        ValidationError: when it was replied to, or the choice breaks a rule.
    """
    case, chosen = _at(case, Stage.APPLIED), _locked(companies)
    _check(case.organization, chosen)
    _refuse_taken(chosen, besides=case)
    before = _names(case.companies.order_by("pk"))
    case.companies.set(chosen)
    record(gettext_noop("调整筹建企业"), case, by=by, changes={"companies": [before, _names(chosen)]})
    return case


@transaction.atomic
def reply(case: FoundingCase, *, on: dt.date, by: User) -> FoundingCase:
    """The committee agrees on ``on``: the branch stands from that day, and covers its companies."""
    case = _at(case, Stage.APPLIED)
    organization, chosen = case.organization, list(case.companies.order_by("pk"))
    _in_order(case, on)
    _check(organization, chosen)
    _refuse_taken(chosen, besides=case)
    organization.status, organization.approved_on = OrganizationStatus.ACTIVE, on
    save_organization(organization, by=by, on=on)
    kind = LinkKind.OWN if organization.type == OWN else LinkKind.JOINT
    CoverageLink.objects.bulk_create(
        [CoverageLink(company=company, organization=organization, kind=kind, since=on) for company in chosen]
    )
    return _take(case, "replied_on", on, _("批复成立党组织"), by)


@transaction.atomic
def elect(case: FoundingCase, *, on: dt.date, by: User) -> FoundingCase:
    """Officers were elected on ``on``: the first term begins, as long as the rule of that day says."""
    case = _at(case, Stage.APPROVED)
    _in_order(case, on)
    organization = case.organization
    organization.term_since, organization.term_until = on, None
    for rule in RuleBook.read([RuleKind.TERM]).on(on, organization.path):
        years = rule.parameters["years"].get(organization.type)
        organization.term_until = add_months(on, 12 * years) if years else organization.term_until
    save_organization(organization, by=by)
    return _take(case, "elected_on", on, _("登记选举"), by)


@transaction.atomic
def file(case: FoundingCase, *, on: dt.date, by: User) -> FoundingCase:
    """The result was filed with the organisation department above on ``on``: the case is done."""
    case = _at(case, Stage.ELECTED)
    _in_order(case, on)
    return _take(case, "filed_on", on, _("登记备案"), by)


@transaction.atomic
def withdraw(case: FoundingCase, *, on: dt.date, by: User) -> FoundingCase:
    """Refused or withdrawn on ``on``: nothing was founded; the case stays on record."""
    case = _at(case, Stage.APPLIED)
    _in_order(case, on)
    dissolve(case.organization, on=on, by=by)
    return _take(case, "withdrawn_on", on, _("撤回筹建"), by)


def _at(case: FoundingCase, stage: Stage) -> FoundingCase:
    """The case as it is now, locked; refused when somebody else took a step in the meantime."""
    case = FoundingCase.objects.select_for_update(of=("self",)).select_related("organization__parent").get(pk=case.pk)
    if case.stage != stage:
        raise ValidationError(_("这一事项现在是“%(stage)s”，不能再办理这一步。") % {"stage": case.stage.label})
    return case


def _take(case: FoundingCase, field: str, on: dt.date, action: str, by: User) -> FoundingCase:
    setattr(case, field, on)
    case.full_clean(exclude=["organization", "opened_by"])
    case.save(update_fields=[field])
    record(action, case, by=by, changes={field: [None, on.isoformat()]})
    return case


def _in_order(case: FoundingCase, on: dt.date) -> None:
    last = case.last_step_on
    if on > today():
        raise ValidationError({"on": _("日期不晚于今天；办理以后再登记。")})
    if last and on < last:
        raise ValidationError({"on": _("日期不早于上一步的 %(day)s。") % {"day": last}})


def _locked(companies: Iterable[Company]) -> list[Company]:
    """The companies with their full members of today, locked in one order, so that two cases cannot both take one."""
    keys = [company.pk for company in companies]
    rows: Any = Company.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    return list(rows)


def _check(organization: Organization, companies: Sequence[Company]) -> None:
    path = organization.parent.path if organization.parent else organization.path
    members: Any = Company.objects.filter(pk__in=[company.pk for company in companies]).with_full_members(today())
    full = [company.full_members for company in members]
    blocking = [finding.text for finding in findings(organization.type, full, today(), path) if finding.blocks]
    if blocking:
        raise ValidationError(blocking)


def _refuse_taken(companies: Sequence[Company], *, besides: FoundingCase | None) -> None:
    keys = [company.pk for company in companies]
    free = Company.objects.filter(pk__in=keys).covered(CoverageChoice.UNCOVERED, today()).values_list("pk", flat=True)
    covered: Collection[int] = set(keys) - set(free)
    others = FoundingCase.objects.awaiting_reply().filter(companies__in=keys)
    others = others.exclude(pk=besides.pk) if besides else others
    taken = set(others.values_list("companies", flat=True))
    names = [str(company) for company in companies if company.pk in covered or company.pk in taken]
    if names:
        raise ValidationError(_("已被组织覆盖，或已在另一筹建事项中：%(names)s。") % {"names": _("、").join(names)})


def _free_code(parent: Organization | None) -> str:
    stem = parent.code if parent else "F"
    number = Organization.objects.filter(parent=parent).count() + 1
    while Organization.objects.filter(code=f"{stem}-{number}").exists():
        number += 1
    return f"{stem}-{number}"


def _names(companies: Iterable[Company]) -> list[str]:
    return [str(company) for company in companies]
