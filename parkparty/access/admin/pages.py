"""The base of every data page: scoped reads, rights from the table, writes with an audit row, read back or undone."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import get_fields_from_path
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.access.admin.choosing import InReach
from parkparty.access.admin.lists import CappedPaginator, InReachFilter
from parkparty.access.permissions import ROLES_FOR, Action, decide
from parkparty.accounts.models import User
from parkparty.audit.choices import ADDED, CHANGED, DELETED
from parkparty.audit.services import difference, record, snapshot
from parkparty.core.models import CodeTable, rows_of
from parkparty.core.scope import Scope
from parkparty.core.text import clean

MAX_COUNTED = 1000
PLAIN_LOOKUPS = ("", "__exact", "__isnull", "__gte", "__lt", "__in")


class DataForm(forms.ModelForm):
    """A form that leaves alone what lies outside the reader's scope, and shows why the last try was refused."""

    refusal: ClassVar[ValidationError | None] = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and not isinstance(field, forms.ModelMultipleChoiceField):
                self._fix_if_outside(name, field)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField) and self.instance.pk and name in data:
                reachable: Any = field.queryset
                beyond = getattr(self.instance, name).exclude(pk__in=reachable.values("pk"))
                data[name] = [*data[name], *beyond]
        if self.refusal:
            self._show(self.refusal)
        return data

    def _fix_if_outside(self, name: str, field: Any) -> None:
        """What the row points to now stays as it is when the reader could not have chosen it."""
        current = self.instance.pk and self.initial.get(name)
        if current and not field.queryset.filter(pk=current).exists():
            field.queryset = rows_of(self._meta.model, name).filter(pk=current)
            field.disabled = True

    def _show(self, refusal: ValidationError) -> None:
        errors = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: [refusal]}
        for name, sentences in errors.items():
            self.add_error(name if name in self.fields else None, sentences)


class DataPages(InReach, admin.ModelAdmin):
    """List, add, change and delete pages of one model.

    ``action`` is the right that opens them. What may be read is ``get_queryset``, what may be written ``editable``;
    ``write`` and ``remove`` are the only places that change rows, and call the model's service where it has one.
    """

    action: ClassVar[Action] = Action.MANAGE_DATA
    deletable: ClassVar[bool] = True
    fixed: ClassVar[tuple[str, ...]] = ()
    """Fields that are set once, when the row is added."""
    unrecorded: ClassVar[tuple[str, ...]] = ()
    """Fields of which the audit trail tells that they changed, never what they held."""
    outside = gettext_lazy("保存后这条记录会离开您负责的范围，没有保存。核对所选的上级、园区或党组织。")

    form = DataForm
    actions = None
    paginator = CappedPaginator
    list_per_page = list_max_show_all = 50
    list_filter: ClassVar[tuple[str, ...]] = ()
    list_select_related: ClassVar[tuple[str, ...]] = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False

    # What may be read

    def scope(self, request: Any) -> Scope:
        """The part of the reader's scope that is held with a role for ``action``: reading elsewhere opens nothing."""
        held: Scope = request.scope.with_roles(ROLES_FOR[self.action])
        return held

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: Any = super().get_queryset(request)
        scoped: models.QuerySet = rows.within(self.scope(request))
        return scoped

    def editable(self, request: HttpRequest) -> models.QuerySet:
        """Of the rows that are read, those that may be written."""
        return self.get_queryset(request)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        return super().get_search_results(request, queryset, clean(search_term))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [
            (item, InReachFilter) if get_fields_from_path(self.model, item)[-1].is_relation else item
            for item in self.list_filter
        ]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the filters of the page ask: any other lookup could feel its way to values that are not shown."""
        for name in self.list_filter:
            target = getattr(get_fields_from_path(self.model, name)[-1], "target_field", None)
            suffixes = (*PLAIN_LOOKUPS, f"__{target.name}__exact") if target else PLAIN_LOOKUPS
            if lookup in {f"{name}{suffix}" for suffix in suffixes}:
                return True
        return False

    # Who may do what

    def may(self, request: Any) -> bool:
        """Whether the table of permissions opens ``action`` to the reader."""
        return bool(decide(request.scope, self.action))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True  # the index lists what may be viewed

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not self.may(request):
            return False
        if obj is None or obj.pk is None:
            return True
        if not hasattr(obj, "_may_be_written"):
            obj._may_be_written = self.editable(request).filter(pk=obj.pk).exists()
        return bool(obj._may_be_written)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.deletable and self.has_change_permission(request, obj)

    # Forms

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", None)  # type: ignore[attr-defined]
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fixed = self.fixed if obj else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def changeform_view(
        self,
        request: Any,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form. A write that is refused is undone, and the form comes back with what was typed and the reason."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal
        except IntegrityError:
            request.refusal = ValidationError(_("数据刚刚被他人改动，这次没有保存。核对后再保存一次。"))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The trail is read by auditors, on a page of their own."""
        raise Http404

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    # Writing

    def recorded(self, row: models.Model) -> dict[str, Any]:
        """The values of ``row`` that its audit row compares."""
        return snapshot(row, [f.name for f in row._meta.concrete_fields if f.editable and not f.auto_created])

    def changes(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[Any]]:
        """The fields that differ, with the contents of ``unrecorded`` ones left out."""
        found = difference(before, after)
        return {name: ["…", "…"] if name in self.unrecorded else pair for name, pair in found.items()}

    def write(self, row: Any, *, by: User, before: dict[str, Any], form: Any = None) -> None:
        """Save ``row`` and record it; ``before`` is empty for a new one."""
        row.save()
        after = self.recorded(row) | _chosen(form)
        changes = self.changes(before, after)
        if changes:
            record(CHANGED if before else ADDED, row, by=by, changes=changes)

    def remove(self, row: Any, *, by: User) -> None:
        """Delete ``row`` and record what it held."""
        gone = dict.fromkeys(self.recorded(row))
        changes = self.changes(self.recorded(row), gone)
        record(DELETED, row, by=by, changes=changes)
        row.delete()

    def read_back(self, request: HttpRequest, row: models.Model) -> None:
        """Refuse a write that would leave the row outside what the writer may write."""
        if not self.editable(request).filter(pk=row.pk).exists():
            raise ValidationError(self.outside)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        before = {}
        if change:
            stored = self.get_queryset(request).get(pk=obj.pk)
            before = self.recorded(stored) | {name: _names(getattr(stored, name).all()) for name in _chosen(form)}
        self.write(obj, by=request.user, before=before, form=form)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        pages: Any = self.admin_site.get_model_admin(formset.model)
        for row in formset.save(commit=False):
            pages.write(row, by=request.user, before={})
            pages.read_back(request, row)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.read_back(request, form.instance)

    def delete_model(self, request: Any, obj: Any) -> None:
        self.remove(obj, by=request.user)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """What stands in the way of deleting, as counts: whatever still refers to a row keeps it."""
        in_the_way = [line for row in objs for line in _references(row)]
        return [str(row) for row in objs], {self.opts.verbose_name_plural: len(objs)}, set(), in_the_way

    def log_addition(self, request: Any, obj: Any, message: Any) -> Any:
        """Left to ``write``: there is one trail."""

    def log_change(self, request: Any, obj: Any, message: Any) -> Any:
        """Left to ``write``."""

    def log_deletions(self, request: Any, queryset: Any) -> Any:
        """Left to ``remove``."""


class ReadOnlyPages(DataPages):
    """Rows that are looked at here and written elsewhere."""

    deletable = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class SharedPages(DataPages):
    """Tables that the whole site shares: every administrator reads them, who reaches everything changes them."""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return admin.ModelAdmin.get_queryset(self, request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may(request) and self.scope(request).is_whole

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may(request) and self.scope(request).is_whole


class CodeTablePages(SharedPages):
    """A code table. The code stands in files and rules, so it is never changed."""

    fixed = ("code",)
    list_display = ("code", "label", "order", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code__istartswith", "name", "name_en")

    @admin.display(description=gettext_lazy("名称"), ordering="name")
    def label(self, row: CodeTable) -> str:
        """The name in the reader's language; the form has both."""
        return row.label


class Rows(InReach, admin.TabularInline):
    """Rows that belong to the page's one: those there are shown, with a link to their own page; one is added.

    Whoever opens the page may do both: its action is that of the rows' own pages.
    """

    extra = 1
    can_delete = False
    show_change_link = True

    def pages(self) -> Any:
        """The pages of the rows' own model, whose rules hold here too."""
        return self.admin_site.get_model_admin(self.model)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        rows: models.QuerySet = self.pages().get_queryset(request)
        return rows.select_related(*self.pages().list_select_related)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _chosen(form: Any) -> dict[str, str]:
    """The many-to-many fields of a form with the names chosen in them."""
    if form is None:
        return {}
    many = [field.name for field in form.instance._meta.many_to_many]
    return {name: _names(form.cleaned_data[name]) for name in many if name in form.cleaned_data}


def _names(rows: Any) -> str:
    return "、".join(sorted(str(row) for row in rows))


def _references(row: models.Model) -> list[str]:
    """How many rows of which kind refer to ``row`` and would fall with it or forbid its deletion."""
    lines = []
    for relation in row._meta.related_objects:
        if relation.one_to_many and relation.on_delete is not models.SET_NULL:
            rows = rows_of(type(row), relation.name).filter(**{relation.field.name: row})
            count = rows[:MAX_COUNTED].count()
            if count:
                lines.append(f"{relation.related_model._meta.verbose_name}：{count}")
    return lines
