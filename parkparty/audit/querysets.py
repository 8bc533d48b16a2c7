"""Reads of the audit trail and of its chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, NoReturn, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation.trans_real import catalog

from parkparty.audit.choices import ADDED, CHANGED, DELETED, SOURCE_LANGUAGE
from parkparty.core.models import rows_of

if TYPE_CHECKING:
    from parkparty.core.scope import Scope

ONLY_ADDED = "audit entries are only ever added"


class OnlyAddedQuerySet(models.QuerySet):
    """Rows that are added and read, never changed or taken away. The database refuses it as well, by triggers."""

    def update(self, **values: Any) -> NoReturn:
        """Refused; ``bulk_update`` and ``update_or_create`` end here or in ``save`` and are refused with it."""
        raise TypeError(ONLY_ADDED)

    def delete(self) -> NoReturn:
        """Refused, as ``update``."""
        raise TypeError(ONLY_ADDED)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **options: Any) -> list[Any]:
        """Adds rows; one that is there already is a fault, not a row to change."""
        if args or options.get("update_conflicts") or options.get("ignore_conflicts"):
            raise TypeError(ONLY_ADDED)
        return super().bulk_create(objs, **options)


class AuditEntryQuerySet(OnlyAddedQuerySet):
    """Entries of the trail."""

    def within(self, scope: Scope) -> Self:
        """What the accounts of the reader's subtrees did; acts of superusers and on the server belong to none."""
        if scope.is_whole:
            return self
        return self.filter(actor__in=rows_of(self.model, "actor").overseen(scope).values("pk"))

    def matching(
        self,
        *,
        actor: str = "",
        action: str = "",
        object: str = "",
        kind: str = "",
        since: dt.date | None = None,
        last: dt.date | None = None,
        request_id: str = "",
    ) -> Self:
        """Entries that meet all that is given: parts of names, a kind, a request, and the local days, both included."""
        conditions = {
            "actor_name__icontains": actor,
            "object_name__icontains": object,
            "kind": kind,
            "at__gte": since and _midnight(since),
            "at__lt": last and _midnight(last) + dt.timedelta(days=1),
            "request_id": request_id,
        }
        rows = self.filter(_called(action)) if action else self
        return rows.filter(**{lookup: value for lookup, value in conditions.items() if value})

    def about(self, label: str, key: object) -> Self:
        """Entries of one object, which need not exist any more; ``label`` as in ``activities.activity``."""
        return self.filter(object_type=label, object_id=str(key))

    def unsealed(self) -> Self:
        """Entries that the chain does not hold yet, oldest first."""
        return self.filter(seal__isnull=True).order_by("id")


class AuditSealQuerySet(OnlyAddedQuerySet):
    """Links of the chain."""

    def within(self, scope: Scope) -> Self:
        """The chain runs through everybody's entries: it is shown to those who reach everything."""
        return self if scope.is_whole else self.none()


def _called(words: str) -> Q:
    """Acts whose name holds ``words``, in Chinese, as they are kept, or in the reader's language."""
    if get_language() == SOURCE_LANGUAGE:
        return Q(action__icontains=words)
    sentences = vars(catalog())["_catalog"].items()
    named = [source for source, shown in sentences if words.casefold() in str(shown).casefold()]
    begun = [Q(action__startswith=act.partition("%")[0]) for act in (ADDED, CHANGED, DELETED) if act in named]
    return reduce(or_, begun, Q(action__icontains=words) | Q(action__in=[str(source) for source in named]))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
