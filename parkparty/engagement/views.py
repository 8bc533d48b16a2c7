"""What is not reported yet, urging, and handing a post over."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.accounts.models import User
from parkparty.core.dates import today
from parkparty.engagement import figures
from parkparty.engagement.forms import HandoverForm
from parkparty.engagement.services import handover as handing
from parkparty.engagement.services import reminders
from parkparty.engagement.tasks import enqueue_messages
from parkparty.signin.scoping import recent_login_required


@require_GET
@requires(Action.REVIEW_ACTIVITY)
def missing(request: ScopedRequest) -> HttpResponse:
    """What is open in the units that the reader looks after."""
    owed = figures.owed(request.scope, today())
    context = {"owed": owed[: figures.SHOWN], "number": len(owed), "left_out": max(0, len(owed) - figures.SHOWN)}
    return render(request, "engagement/missing.html", context)


@require_POST
@requires(Action.REVIEW_ACTIVITY)
def urge(request: ScopedRequest) -> HttpResponse:
    """Urge the ticked duties that were not urged lately."""
    chosen = figures.ticked(set(request.POST.getlist("duty")), request.scope, today())
    sent, left = reminders.urge(chosen, by=request.user, on=today())
    enqueue_messages()
    if not chosen:
        messages.warning(request, _("没有选中未报的活动，勾选后再催办。"))
    if sent:
        done = ngettext("已催办 %(count)d 项。", "已催办 %(count)d 项。", len(sent))
        messages.success(request, done % {"count": len(sent)})
    if left:
        names = _("、").join(sorted({str(one.duty.organization) for one in left}))
        messages.warning(request, _("没有催办：%(names)s。三天内催过，或书记职务空缺。") % {"names": names})
    return redirect("engagement:missing")


@recent_login_required
@requires(Action.MANAGE_USERS)
@never_cache
def handover(request: ScopedRequest, pk: int) -> HttpResponse:
    """Hand a person's posts as secretary over to another."""
    held = request.scope.with_roles(ROLES_FOR[Action.MANAGE_USERS])
    former = scoped_or_404(User.objects.within(held).exclude(pk=request.user.pk), pk=pk)
    posts = Grant.objects.within(held).filter(user=former, role=Role.SECRETARY).valid_on(today())
    posts = posts.select_related("organization")
    data = request.POST if request.method == "POST" else None
    form = HandoverForm(data, scope=held, former=former, by=request.user)
    if form.is_valid() and posts:
        try:
            moved = handing.hand_over(former, form.cleaned_data["successor"], posts, by=request.user)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            told = {"names": _("、").join(map(str, moved)), "successor": form.cleaned_data["successor"]}
            messages.success(request, _("已把%(names)s的书记职务交接给“%(successor)s”。") % told)
            return redirect("accounts:person", pk=former.pk)
    return render(request, "engagement/handover.html", {"form": form, "person": former, "posts": posts})
