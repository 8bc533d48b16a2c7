"""Views of the list under a name: keeping, opening, choosing and taking them away; and the columns of the list."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.activities import figures
from parkparty.activities.columns import chosen
from parkparty.activities.filters import WHOLE, ActivityFilterForm
from parkparty.activities.forms.saved import SavedViewForm
from parkparty.activities.models import SavedView
from parkparty.activities.services import saved
from parkparty.activities.views.answers import crumbs
from parkparty.core.http import query_without


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.VIEW_ACTIVITY)
def views(request: ScopedRequest) -> HttpResponse:
    """The reader's views and those shared with them; a POST keeps the list that it names."""
    if request.method == "POST":
        form = SavedViewForm(request.POST, scope=request.scope)
        query = _readable_query(request, form)
        if form.is_valid() and _is_saved(request, form, query):
            return redirect(f"{reverse('activities:list')}?{query}")
    else:
        form = SavedViewForm(initial={"query": request.GET.urlencode()}, scope=request.scope)
    context = {
        "form": form,
        "views": SavedView.objects.within(request.scope).select_related("organization", "owner"),
        "first_view": figures.list_choice(request.user).first_view_id,
        "crumbs": crumbs(),
    }
    return render(request, "activities/views.html", context)


def _readable_query(request: ScopedRequest, form: SavedViewForm) -> str:
    """What the sent view asks for, without what no list knows; a filter that does not read is an error of the form."""
    asked = ActivityFilterForm(QueryDict(request.POST.get("query", "")), scope=request.scope)
    if not asked.is_valid():
        form.add_error(None, _("筛选条件有误，回到活动列表改好后再保存。"))
    return asked.as_query()


def _is_saved(request: ScopedRequest, form: SavedViewForm, query: str) -> bool:
    data = form.cleaned_data
    try:
        saved.save_view(data["name"], query, by=request.user, shared_with=data["shared_with"])
    except ValidationError as fault:
        form.add_error(None, fault.messages)
        return False
    messages.success(request, _("已保存视图“%(name)s”。") % {"name": data["name"]})
    return True


@require_GET
@requires(Action.VIEW_ACTIVITY)
def open_view(request: ScopedRequest, pk: int) -> HttpResponse:
    """The list as the view keeps it. One that asks for what the reader does not reach does not exist for them."""
    view = scoped_or_404(SavedView.objects.within(request.scope), pk=pk)
    asked = ActivityFilterForm(QueryDict(view.query), scope=request.scope)
    if view.owner_id != request.user.pk and not asked.is_valid():
        raise Http404
    return redirect(f"{reverse('activities:list')}?{view.query}")


@require_POST
@requires(Action.VIEW_ACTIVITY)
def delete_view(request: ScopedRequest, pk: int) -> HttpResponse:
    """Take one of the reader's own views away."""
    view = scoped_or_404(SavedView.objects.within(request.scope).owned(request.scope), pk=pk)
    saved.delete_view(view, by=request.user)
    messages.success(request, _("已删除视图“%(name)s”。") % {"name": view})
    return redirect("activities:views")


@require_POST
@requires(Action.VIEW_ACTIVITY)
def first_view(request: ScopedRequest, pk: int) -> HttpResponse:
    """Open the list with this view from now on, or no longer."""
    view = scoped_or_404(SavedView.objects.within(request.scope), pk=pk)
    is_first = request.POST.get("first") == "yes"
    saved.choose_first_view(view if is_first else None, by=request.user)
    told = _("以后打开活动列表先看“%(name)s”。") if is_first else _("以后打开活动列表先看全部，不再先看“%(name)s”。")
    messages.success(request, told % {"name": view})
    return redirect("activities:views")


@require_POST
@requires(Action.VIEW_ACTIVITY)
def columns(request: ScopedRequest) -> HttpResponse:
    """Keep the ticked columns as the reader's own and go back to the list as it was."""
    ticked = [column.key for column in chosen(request.POST.getlist("column"))]
    saved.choose_columns(ticked, by=request.user)
    query = query_without(QueryDict(request.POST.get("query", "")), "columns")
    return redirect(reverse("activities:list") + (WHOLE if query == "?" else query))
