"""What an import wrote, object by object, and whether it still stands as it was written."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import models

from parkparty.organizations.models import Organization, OrganizationSpan
from parkparty.rosters.check.known import chunks
from parkparty.rosters.models import RosterBatch, RosterWrite
from parkparty.rosters.plan.draft import Draft
from parkparty.rosters.plan.roster import Plan

Key = tuple[str, int]
"""An object: its model's label and its primary key."""
Part = tuple[str, int, dict[str, Any] | None, str]
Image = dict[str, Any]

_DERIVED = frozenset({"path", "updated_at"})
"""Columns that change without anybody editing the row."""


def images_before(plan: Plan) -> dict[Key, Image]:
    """What the stored objects that ``plan`` changes or ends are now; asked before they are written."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for draft in plan.drafts:
        for each in (*draft.changed, *draft.ended):
            if each.pk:
                wanted[type(each)].add(each.pk)
    found: dict[Key, Image] = {}
    for model, keys in wanted.items():
        label, names = model._meta.label_lower, _columns(model)
        for some in chunks(sorted(keys)):
            for values in model._default_manager.filter(pk__in=some).values("pk", *names):
                key = values.pop("pk")
                found[label, key] = {name: _as_json(value) for name, value in values.items()}
    return found


def keep_writes(batch: RosterBatch, plan: Plan, before: dict[Key, Image]) -> None:
    """Keep what each row wrote; an object that several rows share goes with the first of them."""
    spans = _spans_of(plan)
    seen: set[Key] = set()
    RosterWrite.objects.bulk_create(
        (
            RosterWrite(batch=batch, number=draft.row.number, name=draft.row.name, park=draft.park, parts=parts)
            for draft in plan.drafts
            if (parts := list(_parts(draft, before, spans, seen)))
        ),
        batch_size=2_000,
    )


def fingerprints_now(keys: Iterable[Key]) -> dict[Key, str]:
    """What the objects are at this moment; those that are gone are missing."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for label, key in keys:
        by_label[label].append(key)
    found: dict[Key, str] = {}
    for label, some_keys in by_label.items():
        model: type[models.Model] = apps.get_model(label)
        for some in chunks(some_keys):
            rows = model._default_manager.filter(pk__in=some).values_list("pk", *_compared(model))
            found |= {(label, row[0]): _digest(row[1:]) for row in rows}
    return found


def _parts(
    draft: Draft, before: dict[Key, Image], spans: dict[int, list[OrganizationSpan]], seen: set[Key]
) -> Iterator[Part]:
    for each in (*draft.created, *draft.ended, *draft.changed):
        key = (each._meta.label_lower, each.pk)
        if key in seen:
            continue
        seen.add(key)
        yield (*key, before.get(key), fingerprint(each))
        if isinstance(each, Organization) and key not in before:
            for span in spans[each.pk]:
                yield span._meta.label_lower, span.pk, None, fingerprint(span)


def _spans_of(plan: Plan) -> dict[int, list[OrganizationSpan]]:
    """The first spans of the organisations that the plan founded."""
    founded = {x.pk for draft in plan.drafts for x in draft.created if isinstance(x, Organization)}
    found: dict[int, list[OrganizationSpan]] = defaultdict(list)
    for some in chunks(sorted(founded)):
        for span in OrganizationSpan.objects.filter(organization__in=some):
            found[span.organization_id].append(span)
    return found


def fingerprint(each: models.Model) -> str:
    """The same for an object in memory and for its row, as long as nobody edits it."""
    return _digest(_getter(type(each))(each))


def _digest(values: Iterable[object]) -> str:
    return blake2b("\x1f".join(map(str, values)).encode(), digest_size=8).hexdigest()


@cache
def _getter(model: type[models.Model]) -> attrgetter:
    return attrgetter(*_compared(model))


@cache
def _compared(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(name for name in _columns(model) if name not in _DERIVED)


@cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
