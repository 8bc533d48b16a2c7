"""Pages of activities to look at: the list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.activities import figures
from parkparty.activities.columns import COLUMNS, NAME, read_by
from parkparty.activities.filters import WHOLE, ActivityFilterForm
from parkparty.activities.models import SavedView
from parkparty.activities.tables import as_file, lines_of
from parkparty.audit.choices import Kind
from parkparty.audit.services import record_read
from parkparty.core.paging import ROWS, keyset_page
from parkparty.core.sheets import MAX_ROWS, kind_named


@require_GET
@requires(Action.VIEW_ACTIVITY)
def activity_list(request: ScopedRequest) -> HttpResponse:
    """Activities in reach, the last held first, cut by the filters in the address; without any, the reader's view."""
    choice, views = figures.list_choice(request.user), list(SavedView.objects.within(request.scope))
    first = next((view for view in views if view.pk == choice.first_view_id), None)
    if first and not request.GET:
        return redirect(f"{request.path}?{first.query}")
    form = ActivityFilterForm(request.GET, scope=request.scope)
    columns = form.shown(choice.columns)
    rows = form.unbounded().for_lines(*read_by(columns)).with_first_photo()
    page = keyset_page(rows, request.GET, order=form.ordering, size=ROWS, bounded=form.bounded)
    context = {
        "form": form,
        "page": page,
        "filtered": bool(form.chips()),
        "columns": columns,
        "lines": lines_of(page.rows, columns),
        "shown": tuple(column.key for column in columns),
        "all_columns": COLUMNS.values(),
        "views": views,
        "query": form.as_query(choice.columns),
        "clear": WHOLE,
    }
    return render(request, "activities/list.html", context)


@require_GET
@requires(Action.VIEW_ACTIVITY)
def export(request: ScopedRequest) -> HttpResponse:
    """The list as it is seen, all its pages, as a file; who took it away is on record."""
    form = ActivityFilterForm(request.GET, scope=request.scope)
    most = MAX_ROWS + 1
    rows = list(form.bounded(form.unbounded().for_list().order_by(*form.ordering), most)[:most])
    if not form.is_valid() or len(rows) > MAX_ROWS:
        messages.error(request, _("超过 %(limit)d 条或筛选条件有误，缩小范围后再导出。") % {"limit": MAX_ROWS})
        return redirect(f"{reverse('activities:list')}?{request.GET.urlencode()}")
    kind = kind_named(request.GET.get("format"))
    details = {"rows": len(rows), "format": kind} | {name: request.GET.get(name) for name in form.fields}
    record_read(gettext_noop("导出活动"), by=request.user, details=details, kind=Kind.EXPORT)
    columns = [NAME, *form.shown(figures.list_choice(request.user).columns)]
    return as_file(kind, rows, columns)
