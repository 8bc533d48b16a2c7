"""A plan put into the tables by bulk statements: facts end before others take their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import models
from django.utils import timezone

from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Tenancy
from parkparty.organizations.models import Organization
from parkparty.organizations.services import found_many
from parkparty.places.models import Building
from parkparty.rosters.plan.roster import Plan

_CHANGEABLE: dict[type[models.Model], tuple[str, ...]] = {
    Company: ("uscc", "name", "folded_name", "industry", "staff_band", "status", "status_since", "updated_at"),
    Organization: ("formation_mode",),
    Tenancy: ("building", "kind", "since"),
    CoverageLink: ("organization", "kind", "since"),
    CompanyMemberCount: ("full", "probationary"),
}
_AT_ONCE = 1_000
"""Rows a statement."""


def write_plan(plan: Plan) -> None:
    """Write what the good rows of ``plan`` say. The caller holds the transaction and the locks."""
    created = _by_model(x for draft in plan.drafts for x in draft.created)
    found_many([x for x in created.pop(Organization, []) if isinstance(x, Organization)])
    for model, ended in _by_model(x for draft in plan.drafts for x in draft.ended).items():
        _rows(model).bulk_update(ended, ["until"], batch_size=_AT_ONCE)
    for model in (Building, Company):
        _rows(model).bulk_create(created.pop(model, []), batch_size=_AT_ONCE)
    for model, changed in _by_model(x for draft in plan.drafts for x in draft.changed).items():
        _change(model, changed)
    for model, rest in created.items():
        _rows(model).bulk_create(rest, batch_size=_AT_ONCE)


def _change(model: type[models.Model], changed: list[models.Model]) -> None:
    now = timezone.now()
    for row in changed:
        if isinstance(row, Company):
            row.updated_at = now
    _rows(model).bulk_update(changed, list(_CHANGEABLE[model]), batch_size=_AT_ONCE)


def _by_model(objects: Iterable[models.Model]) -> dict[type[models.Model], list[models.Model]]:
    """Each object once, under its model."""
    found: dict[type[models.Model], dict[int, models.Model]] = defaultdict(dict)
    for each in objects:
        found[type(each)][id(each)] = each
    return {model: list(rows.values()) for model, rows in found.items()}


def _rows(model: type[models.Model]) -> models.QuerySet:
    return model._default_manager.all()
