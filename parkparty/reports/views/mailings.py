"""Reports that are sent regularly: which there are, setting one up, stopping it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.paging import keyset_page
from parkparty.coverage.tables import key_of
from parkparty.reports.choices import Every, FileFormat, ReportKind
from parkparty.reports.forms import MailingForm
from parkparty.reports.models import Mailing
from parkparty.reports.permissions import holds
from parkparty.reports.scoping import NODE, node_for
from parkparty.reports.services import start_mailing, stop_mailing
from parkparty.reports.views.answers import crumbs

SHOWN = 25


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Action.MAKE_REPORT)
def mailings(request: ScopedRequest) -> HttpResponse:
    """What is sent regularly of the reader's units, and the form that sets one up."""
    node = node_for(request, Action.MAKE_REPORT)
    making = request.scope.with_roles(ROLES_FOR[Action.MAKE_REPORT])
    form = MailingForm(request.POST or None, scope=making)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            start_mailing(
                node,
                kind=ReportKind(told["kind"]),
                format=FileFormat(told["format"]),
                every=Every(told["every"]),
                recipients=list(told["recipients"]),
                by=request.user,
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("已设置，报告期截止后寄送。"))
            return redirect("reports:mailings")
    rows = Mailing.objects.within(making).running().select_related(*NODE, "made_by").prefetch_related("recipients")
    page = keyset_page(rows, request.GET, order=("-pk",), size=SHOWN)
    return render(
        request,
        "reports/mailings.html",
        {"form": form, "node": node, "key": key_of(node), "crumbs": crumbs(), "page": page},
    )


@require_POST
@requires(Action.MAKE_REPORT)
def mailing_stop(request: ScopedRequest, pk: int) -> HttpResponse:
    """Send no more of it."""
    mailing = scoped_or_404(Mailing.objects.within(request.scope).select_related(*NODE), pk=pk)
    if not holds(request.scope, mailing.node, Action.MAKE_REPORT):
        raise PermissionDenied(_("定期报送由本级或上级的审核员、管理员停止。"))
    stop_mailing(mailing, by=request.user)
    messages.success(request, _("已停止“%(mailing)s”。") % {"mailing": mailing})
    return redirect("reports:mailings")
