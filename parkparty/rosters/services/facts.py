"""Drafts of the small kinds of sheets put into the tables: what others lean on first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import models

from parkparty.organizations.models import Organization
from parkparty.organizations.services import found_many
from parkparty.places.models import Building
from parkparty.rosters.plan.draft import FactDraft

_AT_ONCE = 1_000
"""Rows a statement."""


def write_facts(drafts: Iterable[FactDraft]) -> None:
    """Write what good rows say: a post ends before another takes it. The caller holds the transaction and the locks."""
    created: dict[type[models.Model], dict[int, models.Model]] = defaultdict(dict)
    changed: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = defaultdict(list)
    for draft in drafts:
        for each in draft.created:
            created[type(each)][id(each)] = each
        for each in draft.changed:
            changed[type(each), draft.attributes].append(each)
    found_many([each for each in created.pop(Organization, {}).values() if isinstance(each, Organization)])
    rows(Building).bulk_create(created.pop(Building, {}).values(), batch_size=_AT_ONCE)
    for (model, attributes), records in changed.items():
        rows(model).bulk_update(records, attributes, batch_size=_AT_ONCE)
    for model, added in created.items():
        rows(model).bulk_create(added.values(), batch_size=_AT_ONCE)


def rows(model: type[models.Model]) -> models.QuerySet:
    """All rows of a model, whoever keeps them: what was checked is what is written."""
    return model._default_manager.all()
