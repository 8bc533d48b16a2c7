"""What an import wrote, object by object, and whether it still stands as it was written."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from operator import attrgetter
from typing import Any

from django.apps import apps
from django.db import models

from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Tenancy
from parkparty.core.copying import copy_in, in_pieces, quote
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization, OrganizationSpan
from parkparty.places.models import Building
from parkparty.rosters.check.known import AT_ONCE
from parkparty.rosters.models import RosterBatch, RosterWrite
from parkparty.rosters.plan.draft import AnyDraft, Written
from parkparty.rosters.staging.bulk import is_postgres
from parkparty.rosters.staging.records import CompanyRecord, CountRecord, LinkRecord, TenancyRecord

Key = tuple[str, int]
"""An object: its model's label and its primary key."""
Part = tuple[str, int, dict[str, Any] | None, str]
Image = dict[str, Any]

_PERSONAL: dict[str, frozenset[str]] = {"organizations.officer": frozenset({"name", "email"})}
"""Columns that must not outlive their row in a copy: an import only blanks them, and that is not undone."""

_as_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

_DIGITS = 16
"""Of a fingerprint: two of one object that are alike by chance are rare enough."""
_DERIVED = frozenset({"path", "updated_at"})
"""Columns that change without anybody editing the row."""


MODELS: dict[type, type[models.Model]] = {
    CompanyRecord: Company,
    TenancyRecord: Tenancy,
    LinkRecord: CoverageLink,
    CountRecord: CompanyMemberCount,
}
"""Which table a record belongs to."""
_LABELS = {kind: model._meta.label_lower for kind, model in MODELS.items()}


def model_of(each: Written) -> type[models.Model]:
    """The table that the object belongs to."""
    return type(each) if isinstance(each, models.Model) else MODELS[type(each)]


def key_of(each: Written) -> Key:
    """The object's model and key, once it has one."""
    label = each._meta.label_lower if isinstance(each, models.Model) else _LABELS[type(each)]
    return label, each.pk or 0


def images_before(drafts: Iterable[AnyDraft]) -> dict[Key, Image]:
    """What the stored objects that ``drafts`` change or end are now; asked before they are written."""
    wanted: dict[type[models.Model], set[int]] = defaultdict(set)
    for draft in drafts:
        for each in (*draft.changed, *draft.ended):
            if each.pk:
                wanted[model_of(each)].add(each.pk)
    found: dict[Key, Image] = {}
    for model, keys in wanted.items():
        label = model._meta.label_lower
        names = [name for name in _columns(model) if name not in _PERSONAL.get(label, ())]
        for some in in_pieces(sorted(keys), AT_ONCE):
            for values in model._default_manager.filter(pk__in=some).values("pk", *names):
                key = values.pop("pk")
                found[label, key] = {name: _as_json(value) for name, value in values.items()}
    return found


class Traces:
    """Keeps what the rows of a batch write; an object that several rows share goes with the first of them."""

    def __init__(self, batch: RosterBatch) -> None:
        self._batch = batch
        self._shared: set[Key] = set()

    def keep(self, drafts: Sequence[AnyDraft], before: dict[Key, Image], copied: dict[Key, str]) -> None:
        """Keep what ``drafts`` wrote; ``copied`` holds the fingerprints of what was copied into the tables."""
        spans = _spans_of(drafts)
        written = {key_of(each) for draft in drafts for each in _written(draft)}
        after = fingerprints_now(written - copied.keys()) | copied
        kept = (
            (self._batch.pk, draft.row.number, draft.row.name, draft.park and draft.park.id, _as_text(parts), "")
            for draft in drafts
            if (parts := list(self._parts(draft, before, after, spans)))
        )
        copy_in(RosterWrite._meta.db_table, ("batch_id", "number", "name", "park_id", "parts", "kept"), kept)

    def _parts(
        self,
        draft: AnyDraft,
        before: dict[Key, Image],
        after: dict[Key, str],
        spans: dict[int, list[OrganizationSpan]],
    ) -> Iterator[Part]:
        for each in _written(draft):
            key = key_of(each)
            if isinstance(each, Organization | Building):
                if key in self._shared:
                    continue
                self._shared.add(key)
            yield (*key, before.get(key), after[key])
            if isinstance(each, Organization) and key not in before:
                for span in spans[each.pk]:
                    yield span._meta.label_lower, span.pk, None, fingerprint(span)


def written_rows(batch: RosterBatch) -> list[RosterWrite]:
    """What each row of the batch wrote, by number; those kept with the row that they follow have no key and no name."""
    found: list[RosterWrite] = []
    for write in batch.writes.all():
        followers = write.parts.pop()["rows"] if isinstance(write.parts[-1], dict) else []
        found.append(write)
        found += [
            RosterWrite(batch=batch, number=number, park_id=write.park_id, parts=parts) for number, *parts in followers
        ]
    return sorted(found, key=attrgetter("number"))


def _written(draft: AnyDraft) -> tuple[Written, ...]:
    return (*draft.created, *draft.ended, *draft.changed)


def keys_within(reach: Scope, keys: Iterable[Key]) -> set[Key]:
    """Those of ``keys`` that ``reach`` covers; parts of a record that have no reach of their own go with it."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for label, key in keys:
        by_label[label].append(key)
    found: set[Key] = set()
    for label, some_keys in by_label.items():
        rows = apps.get_model(label)._default_manager.all()
        for some in in_pieces(some_keys, AT_ONCE):
            kept = rows.within(reach).filter(pk__in=some).values_list("pk", flat=True) if _has_reach(rows) else some
            found |= {(label, key) for key in kept}
    return found


def _has_reach(rows: models.QuerySet) -> bool:
    return hasattr(rows, "within")


def fingerprints_now(keys: Iterable[Key]) -> dict[Key, str]:
    """What the objects are at this moment; those that are gone are missing."""
    by_label: dict[str, list[int]] = defaultdict(list)
    for label, key in keys:
        by_label[label].append(key)
    found: dict[Key, str] = {}
    for label, some_keys in by_label.items():
        model: type[models.Model] = apps.get_model(label)
        for some in in_pieces(some_keys, AT_ONCE):
            rows = model._default_manager.filter(pk__in=some).values_list("pk", *compared(model))
            found |= {(label, row[0]): digest_of_values(row[1:]) for row in rows}
    return found


def _spans_of(drafts: Iterable[AnyDraft]) -> dict[int, list[OrganizationSpan]]:
    """The first spans of the organisations that the drafts founded."""
    founded = {x.pk for draft in drafts for x in draft.created if isinstance(x, Organization)}
    found: dict[int, list[OrganizationSpan]] = defaultdict(list)
    for some in in_pieces(sorted(founded), AT_ONCE):
        for span in OrganizationSpan.objects.filter(organization__in=some):
            found[span.organization_id].append(span)
    return found


def fingerprint(each: models.Model) -> str:
    """The same for an object in memory and for its row, as long as nobody edits it."""
    return digest_of_values(_getter(type(each))(each))


def digest_of_values(values: Iterable[object]) -> str:
    return sha256("\x1f".join(map(str, values)).encode()).hexdigest()[:_DIGITS]


def fingerprint_in_sql(told: Iterable[str]) -> str:
    """SQL for the same of the values that ``told`` says as ``values_in_sql`` does; NULL where one of them is."""
    text = joined_in_sql(told)
    if is_postgres():
        return f"encode(substr(sha256(convert_to({text}, 'UTF8')), 1, {_DIGITS // 2}), 'hex')"
    return f"substr(SHA256({text}), 1, {_DIGITS})"


def joined_in_sql(told: Iterable[str]) -> str:
    """SQL for values one after the other, as a fingerprint is taken of them."""
    return " || '\x1f' || ".join(told)


def values_in_sql(model: type[models.Model], alias: str, own: Mapping[str, str] | None = None) -> dict[str, str]:
    """SQL for the values of a fingerprint, as Python says them, by name. No column here is called other than its field.

    ``own`` gives those that are not in the row called ``alias``.
    """
    fields, columns = {field.attname: field for field in model._meta.concrete_fields}, own or {}
    return {name: _in_sql(fields[name], columns.get(name, f"{alias}.{quote(name)}")) for name in compared(model)}


def _in_sql(field: models.Field, column: str) -> str:
    """A value as Python says it; the driver has PostgreSQL tell days as Python does."""
    text = f"CAST({column} AS text)"
    if isinstance(field, models.BooleanField):
        text = f"CASE WHEN {column} THEN 'True' ELSE 'False' END"
        return f"CASE WHEN {column} IS NULL THEN 'None' ELSE {text} END"
    return f"COALESCE({text}, 'None')" if field.null else text


@cache
def _getter(model: type[models.Model]) -> attrgetter:
    return attrgetter(*compared(model))


@cache
def compared(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(name for name in _columns(model) if name not in _DERIVED)


@cache
def _columns(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if not field.primary_key)


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value
