"""Lists of the data pages: no count over a large table, no name from outside the scope."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.admin import RelatedFieldListFilter
from django.core.paginator import Paginator
from django.http import HttpRequest

MAX_CHOICES = 100
"""A filter with more choices than this is no help: the search box finds them."""


class CappedPaginator(Paginator):
    """Pages of the first ``cap`` rows; beyond them the reader searches or filters."""

    cap = 1000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[: self.cap].count())

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than ``count`` tells."""
        return self.count == self.cap


class InReachFilter(RelatedFieldListFilter):
    """A filter by a related row that offers only rows the reader reaches, and nothing when they are too many."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        rows = list(model_admin.choices(field.related_model, request)[: MAX_CHOICES + 1])
        return [(row.pk, str(row)) for row in rows] if len(rows) <= MAX_CHOICES else []
