"""Drafts put into the tables by set-based statements: facts end before others take their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from django.db import connection
from django.utils import timezone

from parkparty.core.copying import copy_in
from parkparty.core.models import reserve_keys
from parkparty.organizations.models import Organization
from parkparty.organizations.services import found_many
from parkparty.places.models import Building
from parkparty.rosters.plan.draft import AnyDraft, Draft, FactDraft, Written
from parkparty.rosters.services.facts import write_facts
from parkparty.rosters.services.traces import MODELS, Key, compared, digest_of_values
from parkparty.rosters.staging.bulk import update_rows
from parkparty.rosters.staging.records import CompanyRecord, CountRecord, LinkRecord, TenancyRecord

Values = tuple[Any, ...]
Part = tuple[tuple[str, ...], Callable[[Any], Values]]
"""Some columns, and how a record fills them."""

_CHANGEABLE: dict[type, Part] = {
    CompanyRecord: (
        ("uscc", "name", "folded_name", "industry_id", "staff_band", "status", "status_since"),
        lambda it: (it.uscc, it.name, it.folded_name, it.industry_id, it.staff_band, it.status, it.status_since),
    ),
    TenancyRecord: (
        ("since", "until", "building_id", "kind"),
        lambda it: (it.since, it.until, it.building.id if it.building else None, it.kind),
    ),
    LinkRecord: (
        ("since", "until", "kind", "organization_id"),
        lambda it: (it.since, it.until, it.kind, it.organization.id if it.organization else None),
    ),
    CountRecord: (("full", "probationary"), lambda it: (it.full, it.probationary)),
}
"""What an import may change of each record."""

_FIXED: dict[type, Part] = {
    CompanyRecord: (("size", "fixed_premises", "revenue_over_20m", "founded_on"), lambda it: ("", True, None, None)),
    TenancyRecord: (("company_id", "park_id"), lambda it: (it.company.pk, it.park.id)),
    LinkRecord: (("company_id",), lambda it: (it.company.pk,)),
    CountRecord: (("company_id", "as_of"), lambda it: (it.company.pk, it.as_of)),
}
"""What a new one has beside."""


def write_drafts(planned: Sequence[AnyDraft]) -> dict[Key, str]:
    """Write what good rows say; returns the fingerprints of what was copied. The caller holds transaction and locks."""
    write_facts(draft for draft in planned if isinstance(draft, FactDraft))
    drafts = [draft for draft in planned if isinstance(draft, Draft)]
    created = _by_type(each for draft in drafts for each in draft.created)
    found_many([x for x in created.pop(Organization, []) if isinstance(x, Organization) and not x.pk])
    Building.objects.bulk_create([x for x in created.pop(Building, []) if isinstance(x, Building) and not x.pk])
    for kind, records in _by_type(each for draft in drafts for each in draft.ended).items():
        update_rows(MODELS[kind], ["until"], [(each.pk, each.until) for each in records])
    copied = _add(CompanyRecord, created.pop(CompanyRecord, []))
    for kind, changed in _by_type(each for draft in drafts for each in draft.changed).items():
        _change(kind, changed)
    for kind, records in created.items():
        copied |= _add(kind, records)
    return copied


def _add(kind: type, records: list[Any]) -> dict[Key, str]:
    """Copy new records into their table under keys that are taken for them beforehand."""
    if not records:
        return {}
    model, (changeable, change), (fixed, owner) = MODELS[kind], _CHANGEABLE[kind], _FIXED[kind]
    columns = (*changeable, *fixed)
    in_order = itemgetter(*map(columns.index, compared(model)))
    stamp = {"updated_at": _now()} if kind is CompanyRecord else {}
    keys, copied, label = reserve_keys(model, len(records)), dict[Key, str](), model._meta.label_lower

    def rows() -> Iterator[Values]:
        for each, key in zip(records, keys, strict=True):
            each.pk = key
            values = change(each) + owner(each)
            copied[label, key] = digest_of_values(in_order(values))
            yield (key, *values, *stamp.values())

    copy_in(model._meta.db_table, ["id", *columns, *stamp], rows())
    return copied


def _change(kind: type, changed: list[Any]) -> None:
    if kind is Organization:
        update_rows(Organization, ["formation_mode_id"], [(each.pk, each.formation_mode_id) for each in changed])
        return
    columns, change = _CHANGEABLE[kind]
    stamp = {"updated_at": _now()} if kind is CompanyRecord else {}
    update_rows(MODELS[kind], [*columns, *stamp], [(each.pk, *change(each), *stamp.values()) for each in changed])


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def _by_type(objects: Iterable[Written]) -> dict[type, list[Any]]:
    """Each object once, under its type."""
    found: dict[type, dict[int, Written]] = defaultdict(dict)
    for each in objects:
        found[type(each)][id(each)] = each
    return {kind: list(rows.values()) for kind, rows in found.items()}
