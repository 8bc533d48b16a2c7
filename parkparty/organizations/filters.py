"""An organisation as an address names it, by its code; and what the filter forms of all lists have in common."""

from __future__ import annotations

import copy
import datetime as dt
from functools import lru_cache
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.forms import DeclarativeFieldsMetaclass
from django.forms.utils import flatatt
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from parkparty.core.dates import today
from parkparty.core.http import query_without
from parkparty.core.paging import BOUNDED_TO, COUNTED_TO
from parkparty.core.scope import Scope
from parkparty.core.templatetags.parkparty import drawer, joined
from parkparty.organizations.models import Organization
from parkparty.organizations.querysets import OrganizationQuerySet
from parkparty.places.filters import PlaceField

Options = tuple[tuple[str, str], ...]
"""What a choice offers, as values and names, in the words of a language."""

SELECTED = flatatt({"selected": True})


class OrganizationField(forms.CharField):
    """An organisation in the reader's reach. Whoever makes the form sets ``scope``; without it nothing is found."""

    scope = Scope()

    def clean(self, value: Any) -> Organization | None:
        typed = super().clean(value)
        if not typed:
            return None
        found = self.find(Organization.objects.within(self.scope).select_related("park", "area"), typed)
        if found is None:
            raise ValidationError(_("没有找到这个党组织，或不在授权范围内。"))
        return found

    def find(self, rows: OrganizationQuerySet, typed: str) -> Organization | None:
        """The one of ``rows`` that is meant."""
        return rows.filter(code=typed).first()


class TypedOrganizationField(OrganizationField):
    """An organisation as people type it: its code, or as much of its name as no other has."""

    OFFERED = 5

    def find(self, rows: OrganizationQuerySet, typed: str) -> Organization | None:
        """By the code first; of several with the words in their names, the only one that is called just so."""
        found = super().find(rows, typed)
        if found:
            return found
        like = list(rows.filter(name=typed)[:2])
        if len(like) != 1:
            like = list(rows.matching(typed).order_by("path")[: self.OFFERED])
        if len(like) > 1:
            names = _("、").join(f"{one.name} {one.code}" for one in like)
            raise ValidationError(_("有几个党组织的名称相近，写全名称或填写组织代码：%(names)s。") % {"names": names})
        return next(iter(like), None)


class PlainSelect(forms.Select):
    """A choice without groups, drawn at once: with a template for each option it takes longer than the list below.

    What is offered is never changed in place: all copies of a field share it, put into words once for each language.
    """

    def __deepcopy__(self, memo: Any) -> PlainSelect:
        copied = copy.copy(self)
        copied.attrs = self.attrs.copy()
        return copied

    @property
    def choices(self) -> Any:
        """What is offered, as values and names."""
        return self._choices

    @choices.setter
    def choices(self, offered: Any) -> None:
        self._choices, self._in_words = offered, dict[str | None, Options]()

    def offer(self, options: Options) -> None:
        """Offer what is in the words of the reader already."""
        self._choices, self._in_words = options, {get_language(): options}

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        language = get_language()
        if language not in self._in_words:
            self._in_words[language] = tuple((str(key), str(label)) for key, label in self.choices)
        drawn = _drawn_options(self._in_words[language], tuple(self.format_value(value)))
        return SELECT(_attributes(*self.build_attrs({"name": name} | self.attrs, attrs).items()), drawn)


SELECT, OPTION = drawer("<select{}>{}</select>"), drawer('<option value="{}"{}>{}</option>')
INPUT = drawer("<input{}>")


@lru_cache(maxsize=256)
def _drawn_options(options: Options, chosen: tuple[str, ...]) -> SafeString:
    """Kept by all that they say: most lists offer the same from page to page."""
    return joined(OPTION(key, SELECTED if key in chosen else "", label) for key, label in options)


@lru_cache(maxsize=256)
def _attributes(*pairs: tuple[str, Any]) -> SafeString:
    """Kept by all that they say, too."""
    return flatatt(dict(pairs))


class Choice(forms.ChoiceField):
    """A choice of a filter form, of which copies share what it offers."""

    widget = PlainSelect

    def __deepcopy__(self, memo: Any) -> Choice:
        return super(forms.ChoiceField, self).__deepcopy__(memo)


class PlainInput(forms.TextInput):
    """A line to type in, drawn at once as well."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        typed = {"type": self.input_type, "name": name, "value": self.format_value(value) or None}
        return INPUT(_attributes(*(typed | self.build_attrs(self.attrs, attrs)).items()))


class PlainDate(PlainInput, forms.DateInput):
    """A day, drawn at once as well."""


def _ready(name: str, field: forms.Field) -> forms.Field:
    """A copy of ``field`` that is drawn as filters are."""
    field = copy.deepcopy(field)
    if isinstance(field, forms.DateField):
        field.widget = PlainDate(attrs={"type": "date"}, format="%Y-%m-%d")
    elif type(field.widget) is forms.TextInput:
        field.widget = PlainInput(field.widget.attrs)
    elif type(field.widget) is forms.Select:
        field.widget = PlainSelect(field.widget.attrs, field.widget.choices)
    css_class = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
    field.widget.attrs |= {"class": css_class, "id": f"filter-{name}"}
    return field


class ReadyFields(DeclarativeFieldsMetaclass):
    """Makes the fields of a filter form ready with its class, to be copied for each page."""

    def __new__(cls, name: str, bases: Any, attributes: Any) -> Any:
        form: Any = super().__new__(cls, name, bases, attributes)
        form.base_fields = {name: _ready(name, field) for name, field in form.base_fields.items()}
        return form


class ListFilterForm(forms.Form, metaclass=ReadyFields):
    """Filters of a list, read from its address; its places and organisations are looked up in the reader's scope.

    ``how_shown`` names the fields that are no filters: they change the look of the rows, not which they are.
    """

    how_shown: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scope = scope
        for field in self.fields.values():
            if isinstance(field, PlaceField | OrganizationField):
                field.scope = scope

    @property
    def is_bounded(self) -> bool:
        """Whether a place or an organisation bounds the list, so that it is counted further."""
        return False

    @property
    def counted_to(self) -> int:
        """How far the list is counted; beyond, the page says "more than"."""
        return BOUNDED_TO if self.is_bounded else COUNTED_TO

    @property
    def day(self) -> dt.date:
        """The day of which the list speaks, for a form with ``as_of``."""
        return self.cleaned_data.get("as_of") or today()

    def unbounded(self) -> Any:
        """``rows``, but for what ``bounded`` tells of them."""
        return self.rows()  # type: ignore[attr-defined]

    def bounded(self, rows: Any, number: int) -> Any:
        """Of ``unbounded`` rows in their order, begun where a page begins, those asked for; the first ``number`` do."""
        return rows

    def chips(self) -> list[tuple[str, str, str]]:
        """What is filtered, as (label, the value in words, the address without it)."""
        asked = self.cleaned_data if self.is_valid() else {}
        return [
            (str(self.fields[name].label), str(self.in_words(name)), query_without(self.data, name, "older", "newer"))
            for name in self.fields
            if asked.get(name) and name not in self.how_shown
        ]

    def in_words(self, name: str) -> Any:
        """The value of a filter as a chip shows it: the label of a choice, yes for a tick."""
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.ChoiceField):
            return dict(field.choices)[value]  # type: ignore[arg-type]
        return _("是") if value is True else value
