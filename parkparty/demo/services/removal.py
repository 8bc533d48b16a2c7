"""Taking the demo set away: what was loaded, and what people added on top of it while trying."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import ForeignObjectRel
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.companies.models import Company, Tenancy
from parkparty.core.copying import in_pieces
from parkparty.coverage.services.counting import fold_all
from parkparty.demo.models import DemoRecord
from parkparty.places.models import Area
from parkparty.rosters.models import RosterBatch

Rows = dict[type[models.Model], set[Any]]
AT_ONCE = 500
PARTS, USES, MENTIONS = models.CASCADE, models.PROTECT, models.SET_NULL
"""What it means to refer to a row that goes: a part goes with it, a use too; a mention is emptied.

``DO_NOTHING`` is the audit trail's, which tells of rows that are no more, or what the database itself takes away.
"""
SHARED = (Area, User)
"""What a site's own rows may have come to use: divisions are facts, and an account may have reviewed real records.

They go last, and only those that nothing uses any more.
"""


@dataclass(frozen=True)
class Removed:
    """How many rows of the demo set went, how many on top of them, and the names of what others still use."""

    loaded: int
    added: int
    kept: tuple[str, ...]


@transaction.atomic
def remove_demo() -> Removed | None:
    """Take the demo set away with all that hangs on it; None when it is not loaded.

    A company that people added goes when it sat in demo parks only. Code tables and the audit trail stay.
    """
    loaded: Rows = {apps.get_model(row.model): set(row.keys) for row in DemoRecord.objects.all()}
    if not loaded:
        return None
    shared: Rows = {model: loaded.get(model, set()) for model in SHARED}
    own = {model: keys for model, keys in loaded.items() if model not in SHARED}
    own[RosterBatch] = _keys(RosterBatch, "uploaded_by", shared[User])
    doomed = with_all_that_hangs_on(own)
    doomed[Company] |= _stranded(doomed[Tenancy])
    doomed = with_all_that_hangs_on(doomed)
    files = list(_files(doomed))
    gone, left = _delete(doomed), shared
    while free := _unused(left):
        gone += _delete(with_all_that_hangs_on(free))
        left = {model: keys - free.get(model, set()) for model, keys in left.items()}
    User.objects.filter(pk__in=left[User]).update(is_active=False)
    kept = tuple(str(row) for model, keys in left.items() for row in model._base_manager.filter(pk__in=keys))
    DemoRecord.objects.all().delete()
    fold_all()
    record(gettext_noop("移除演示数据"), None, by=None)
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in files])
    there = sum(map(len, loaded.values())) - len(kept)
    return Removed(there, gone - there, kept)


def with_all_that_hangs_on(rows: Mapping[type[models.Model], Collection[Any]]) -> Rows:
    """``rows``, and every row that is a part of one of them or uses one, directly or through others."""
    found: Rows = defaultdict(set)
    waiting: list[tuple[type[models.Model], set[Any]]] = [(model, set(keys)) for model, keys in rows.items()]
    while waiting:
        model, keys = waiting.pop()
        new = keys - found[model]
        if not new:
            continue
        found[model] |= new
        waiting += [
            (relation.related_model, _keys(relation.related_model, relation.field.name, new))
            for relation in _references_to(model, PARTS, USES)
        ]
    return found


def _references_to(model: type[models.Model], *meanings: Any) -> Iterator[ForeignObjectRel]:
    """Foreign keys of other rows to ``model`` with one of ``meanings``, those of many-to-many tables included."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.on_delete in meanings:
            yield relation


def _keys(model: type[models.Model], field: str, targets: Collection[Any]) -> set[Any]:
    """The keys of the rows of ``model`` whose ``field`` refers to one of ``targets``."""
    keys: set[Any] = set()
    for some in in_pieces(targets, AT_ONCE):
        keys.update(model._base_manager.filter(**{f"{field}__in": some}).values_list("pk", flat=True))
    return keys


def _stranded(tenancies: set[Any]) -> set[Any]:
    """Companies that have no tenancy but ``tenancies``."""
    companies: set[Any] = set()
    for some in in_pieces(tenancies, AT_ONCE):
        companies.update(Tenancy.objects.filter(pk__in=some).values_list("company", flat=True))
    elsewhere: set[Any] = set()
    for some in in_pieces(companies, AT_ONCE):
        rows = Tenancy.objects.filter(company__in=some).values_list("company", "pk")
        elsewhere.update(company for company, key in rows if key not in tenancies)
    return companies - elsewhere


def _files(rows: Rows) -> Iterator[tuple[Any, str]]:
    for model, keys in rows.items():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                for some in in_pieces(keys, AT_ONCE):
                    names = model._base_manager.filter(pk__in=some).values_list(field.name, flat=True)
                    yield from ((field.storage, name) for name in names if name)


def _delete(rows: Rows) -> int:
    """Delete ``rows``, which hold all that is part of them or uses them, and empty what mentions them; tells how many.

    Foreign keys are checked at the end of the transaction, so the order does not matter.
    """
    for model, keys in rows.items():
        for some in in_pieces(keys, AT_ONCE):
            for relation in _references_to(model, MENTIONS):
                mentions = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": some})
                mentions.update(**{relation.field.name: None})
            model._base_manager.filter(pk__in=some)._raw_delete(connection.alias)
    return sum(map(len, rows.values()))


def _unused(shared: Rows) -> Rows:
    """Those of ``shared`` that no other row uses; empty when there are none."""
    free = {model: {key for key in keys if not _is_used(model, key)} for model, keys in shared.items()}
    return {model: keys for model, keys in free.items() if keys}


def _is_used(model: type[models.Model], key: Any) -> bool:
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: key}).exists()
        for relation in _references_to(model, USES)
    )
