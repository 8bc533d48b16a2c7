"""Fields of the data pages in which a row of another model is chosen: only rows in reach, whatever key is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteMixin, RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest


class KnownKeys(AutocompleteMixin):
    """A search box that looks up only what can be a key, when a form comes back with what was sent."""

    def optgroups(self, name: str, value: Sequence[str], attr: dict[str, Any] | None = None) -> Any:
        key = self.choices.queryset.model._meta.pk
        return super().optgroups(name, [one for one in value if can_be(key, one)], attr)


class OneRow(KnownKeys, forms.Select):
    """One row, found by typing."""


class SomeRows(KnownKeys, forms.SelectMultiple):
    """Several rows, found by typing."""


def can_be(key: models.Field, value: Any) -> bool:
    """Whether ``value`` is one that the column ``key`` could hold; the database fails on others."""
    try:
        key.clean(value, None)
    except ValidationError:
        return False
    return str(value).isprintable()


class InReach(BaseModelAdmin):
    """For pages, and for the rows within them: what may be chosen is what ``choices`` offers."""

    def choices(self, model: Any, request: HttpRequest) -> models.QuerySet:
        """The rows of ``model`` that a field or a filter may offer: those its own pages show, or none."""
        if not self.admin_site.is_registered(model):
            return model._default_manager.none()  # type: ignore[no-any-return]
        return self.admin_site.get_model_admin(model).get_queryset(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What a fact is comes before how long it holds."""
        return sorted(super().get_fields(request, obj), key=lambda name: name in ("since", "until"))

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A choice is chosen here; adding, changing and deleting what may be chosen has pages of its own."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(getattr(field, "widget", None), RelatedFieldWidgetWrapper):
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        options = self._of_choice(OneRow, db_field, request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs | options)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        options = self._of_choice(SomeRows, db_field, request)
        return super().formfield_for_manytomany(db_field, request, **kwargs | options)

    def _of_choice(self, widget: Any, db_field: Any, request: HttpRequest) -> dict[str, Any]:
        """The rows in reach, and the search box where the pages ask for one."""
        searched = db_field.name in self.get_autocomplete_fields(request)
        rows = {"queryset": self.choices(db_field.related_model, request)}
        return {**rows, "widget": widget(db_field, self.admin_site)} if searched else rows
