"""An office's own layouts of Word: what there is, uploading one, trying it, using it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.coverage.tables import key_of
from parkparty.reports.choices import CONTENT_TYPES, FileFormat, ReportKind
from parkparty.reports.documents.layout import MOST_BYTES
from parkparty.reports.forms import LayoutForm
from parkparty.reports.models import Layout
from parkparty.reports.permissions import holds
from parkparty.reports.scoping import NODE, node_for
from parkparty.reports.services import try_layout, upload_layout, use_layout
from parkparty.reports.views.answers import crumbs

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.MANAGE_LAYOUT)
def layouts(request: ScopedRequest) -> HttpResponse:
    """The layouts in reach, and the form that uploads one."""
    node = node_for(request, Action.MANAGE_LAYOUT)
    form = LayoutForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        content = told["file"].read(MOST_BYTES + 1)
        try:
            upload_layout(node, name=told["name"], kind=ReportKind(told["kind"]), content=content, by=request.user)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            messages.success(request, _("模板已上传，先试生成，看过没有问题再使用。"))
            return redirect("reports:layouts")
    making = request.scope.with_roles(ROLES_FOR[Action.MANAGE_LAYOUT])
    rows = Layout.objects.within(making).select_related(*NODE, "uploaded_by")[:SHOWN]
    context = {"form": form, "node": node, "key": key_of(node), "crumbs": crumbs(), "layouts": rows}
    return render(request, "reports/layouts.html", context)


@require_POST
@requires(Action.MANAGE_LAYOUT)
def layout_try(request: ScopedRequest, pk: int) -> HttpResponse:
    """The last report in this layout, as a file."""
    layout = _layout(request, pk)
    try:
        content = try_layout(layout, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("reports:layouts")
    headers = {"Content-Disposition": str(content_disposition_header(True, f"{layout.name}.docx"))}
    return HttpResponse(content, content_type=CONTENT_TYPES[FileFormat.DOCX], headers=headers)


@require_POST
@requires(Action.MANAGE_LAYOUT)
def layout_use(request: ScopedRequest, pk: int) -> HttpResponse:
    """Use a layout from now on."""
    return _used(request, pk, is_used=True)


@require_POST
@requires(Action.MANAGE_LAYOUT)
def layout_retire(request: ScopedRequest, pk: int) -> HttpResponse:
    """Use a layout no longer."""
    return _used(request, pk, is_used=False)


def _used(request: ScopedRequest, pk: int, *, is_used: bool) -> HttpResponse:
    layout = _layout(request, pk)
    try:
        use_layout(layout, is_used=is_used, by=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        told = _("以后生成的报告用“%(name)s”。") if is_used else _("“%(name)s”不再使用。")
        messages.success(request, told % {"name": layout.name})
    return redirect("reports:layouts")


def _layout(request: ScopedRequest, pk: int) -> Layout:
    layout = scoped_or_404(Layout.objects.within(request.scope).select_related(*NODE), pk=pk)
    if not holds(request.scope, layout.node, Action.MANAGE_LAYOUT):
        raise PermissionDenied(_("模板由本级或上级的管理员维护。"))
    return layout
