"""Drafts put into the tables by set-based statements: facts end before others take their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone

from parkparty.organizations.models import Organization
from parkparty.organizations.services import found_many
from parkparty.places.models import Building
from parkparty.rosters.plan.draft import AnyDraft, Draft, FactDraft, Written
from parkparty.rosters.services.facts import write_facts
from parkparty.rosters.services.traces import MODELS, Key, compared, digest_of_values
from parkparty.rosters.staging.bulk import copy_in, reserve_keys, update_rows
from parkparty.rosters.staging.records import CompanyRecord, CountRecord, LinkRecord, TenancyRecord

Values = dict[str, Any]
_VALUES: dict[type, Callable[[Any], Values]] = {
    CompanyRecord: lambda it: {
        "uscc": it.uscc,
        "name": it.name,
        "folded_name": it.folded_name,
        "industry_id": it.industry_id,
        "staff_band": it.staff_band,
        "status": it.status,
        "status_since": it.status_since,
    },
    TenancyRecord: lambda it: {
        "since": it.since,
        "until": it.until,
        "building_id": it.building.pk if it.building else None,
        "kind": it.kind,
    },
    LinkRecord: lambda it: {
        "since": it.since,
        "until": it.until,
        "kind": it.kind,
        "organization_id": it.organization.pk if it.organization else None,
    },
    CountRecord: lambda it: {"full": it.full, "probationary": it.probationary},
}
"""What an import may change of each record."""

_OWNER: dict[type, Callable[[Any], Values]] = {
    CompanyRecord: lambda it: {"size": "", "fixed_premises": True, "revenue_over_20m": None, "founded_on": None},
    TenancyRecord: lambda it: {"company_id": it.company.pk, "park_id": it.park.pk},
    LinkRecord: lambda it: {"company_id": it.company.pk},
    CountRecord: lambda it: {"company_id": it.company.pk, "as_of": it.as_of},
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
    model, change, owner = MODELS[kind], _VALUES[kind], _OWNER[kind]
    names = compared(model)
    stamp = (_now(),) if kind is CompanyRecord else ()
    rows, copied, label = [], {}, model._meta.label_lower
    for each, key in zip(records, reserve_keys(model, len(records)), strict=True):
        each.pk = key
        values = change(each) | owner(each)
        ordered = [values[name] for name in names]
        copied[label, key] = digest_of_values(ordered)
        rows.append((key, *ordered, *stamp))
    copy_in(model._meta.db_table, ["id", *names, *(["updated_at"] if stamp else [])], rows)
    return copied


def _change(kind: type, changed: list[Any]) -> None:
    if kind is Organization:
        update_rows(Organization, ["formation_mode_id"], [(each.pk, each.formation_mode_id) for each in changed])
        return
    stamp = {"updated_at": _now()} if kind is CompanyRecord else {}
    rows = [_VALUES[kind](each) | stamp for each in changed]
    keys = [each.pk for each in changed]
    update_rows(MODELS[kind], list(rows[0]), [(key, *row.values()) for key, row in zip(keys, rows, strict=True)])


def _now() -> Any:
    return connection.ops.adapt_datetimefield_value(timezone.now())


def _by_type(objects: Iterable[Written]) -> dict[type, list[Any]]:
    """Each object once, under its type."""
    found: dict[type, dict[int, Written]] = defaultdict(dict)
    for each in objects:
        found[type(each)][id(each)] = each
    return {kind: list(rows.values()) for kind, rows in found.items()}
