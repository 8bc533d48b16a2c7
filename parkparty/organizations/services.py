"""Writes of the party tree: each one transaction, each leaving an audit row and the dated history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import difference, record, snapshot
from parkparty.core.copying import add_rows, copy_in
from parkparty.core.dates import today
from parkparty.core.models import reserve_keys
from parkparty.organizations.choices import OrganizationStatus
from parkparty.organizations.models import Officer, Organization, OrganizationSpan

AUDITED = ("code", "name", "type", "parent", "park", "area", "status", "formation_mode", "approved_on", "dissolved_on")


@transaction.atomic
def save_organization(organization: Organization, *, by: User | None, on: dt.date | None = None) -> Organization:
    """Write a new or changed organisation and keep its history.

    A change of type or parent closes the open span on ``on`` (today unless told) and opens the next one; a change
    made again on the day a span began corrects that span. Figures of earlier days keep the earlier facts.

    Raises:
        ValidationError: when a rule of the model does not hold, or ``on`` lies before the open span began.
    """
    before = {}
    if organization.pk:
        stored = Organization.objects.select_for_update().get(pk=organization.pk)
        before = snapshot(stored, AUDITED)
        if stored.parent_id != organization.parent_id:
            _lock_tree()
    organization.full_clean(exclude=["path"])
    organization.save()
    _keep_history(organization, on)
    changes = difference(before, snapshot(organization, AUDITED))
    if changes:
        record(
            gettext_noop("修改党组织") if before else gettext_noop("新建党组织"), organization, by=by, changes=changes
        )
    return organization


@transaction.atomic
def found_many(organizations: Sequence[Organization]) -> list[Organization]:
    """Add many organisations at once, parents before children, with their paths and first spans.

    The caller has checked the rows and writes one audit row for the batch. Every statement is set-based: one copy
    a level of the tree, one copy for the spans. Keys are taken beforehand, since paths are made of them: a path that
    was set later would be a move, after which all companies near by are counted anew.
    """
    if not organizations:
        return []
    created: list[Organization] = []
    keys = reserve_keys(Organization, len(organizations))
    waiting = list(organizations)
    while waiting:
        level = [o for o in waiting if o.parent is None or o.parent.pk]
        if not level:
            raise ValidationError(_("上级关系形成了循环：%(names)s") % {"names": "、".join(map(str, waiting[:5]))})
        waiting = [o for o in waiting if o.parent is not None and not o.parent.pk]
        for organization in level:
            organization.parent = organization.parent
            organization.pk = next(keys)
            organization.path = organization.path_below(organization.parent)
        add_rows(level)
        created += level
    spans = ((o.pk, o.type, o.parent_id, _began_on(o), o.dissolved_on) for o in created)
    copy_in(OrganizationSpan._meta.db_table, ("organization_id", "type", "parent_id", "since", "until"), spans)
    return created


@transaction.atomic
def dissolve(organization: Organization, *, on: dt.date, by: User | None, reason: str = "") -> Organization:
    """End an organisation on ``on``, the first day it no longer exists. Its past figures stay as they were.

    Raises:
        ValidationError: while active organisations hang below it.
    """
    if organization.children.exclude(status=OrganizationStatus.DISSOLVED).exists():
        raise ValidationError(_("“%(name)s”下还有未撤销的党组织，先撤销或调整它们。") % {"name": organization})
    before = snapshot(organization, AUDITED)
    organization.status, organization.dissolved_on = OrganizationStatus.DISSOLVED, on
    organization.full_clean(exclude=["path"])
    organization.save()
    organization.spans.filter(until__isnull=True, since__lt=on).update(until=on)
    record(
        gettext_noop("撤销党组织"),
        organization,
        by=by,
        changes=difference(before, snapshot(organization, AUDITED)),
        reason=reason,
    )
    return organization


@transaction.atomic
def end_post(officer: Officer, *, on: dt.date, by: User | None) -> Officer:
    """End a post. The name and the contact go with it; the history keeps the post only (domain 4)."""
    officer.end(on)
    officer.full_clean()
    officer.save()
    record(gettext_noop("结束任职"), officer, by=by, changes={"until": [None, on]})
    return officer


def _began_on(organization: Organization) -> dt.date:
    return organization.applied_on or organization.approved_on or today()


def _lock_tree() -> None:
    """Let one move happen at a time: two that pass each other could close a circle."""
    list(Organization.objects.select_for_update().filter(parent__isnull=True).order_by("pk").values_list("pk"))


def _keep_history(organization: Organization, on: dt.date | None) -> None:
    span = organization.spans.filter(until__isnull=True).first()
    if span is None:
        first = not organization.spans.exists()
        since = _began_on(organization) if first else on or today()
        organization.spans.create(
            type=organization.type, parent=organization.parent, since=since, until=organization.dissolved_on
        )
        return
    if (span.type, span.parent_id) == (organization.type, organization.parent_id):
        return
    on = on or today()
    if on < span.since:
        raise ValidationError(_("变更日期 %(on)s 早于现有沿革的起始日期 %(since)s。") % {"on": on, "since": span.since})
    if on == span.since:
        span.type, span.parent = organization.type, organization.parent
        span.save()
        return
    span.until = on
    span.save()
    organization.spans.create(type=organization.type, parent=organization.parent, since=on)
