"""The reader's own inbox."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from parkparty.access.scoping import ScopedRequest
from parkparty.core.http import local_address
from parkparty.core.paging import keyset_page
from parkparty.core.text import number_in
from parkparty.notices.models import Notice
from parkparty.notices.services import choose_mail, mark_read


@login_required
@require_GET
def inbox(request: ScopedRequest) -> HttpResponse:
    """What the reader was told, newest first."""
    page = keyset_page(Notice.objects.within(request.scope), request.GET, order=("-id",))
    choice = getattr(request.user, "mail_choice", None)
    return render(request, "notices/inbox.html", {"page": page, "mail_is_off": bool(choice and choice.is_off)})


@login_required
@require_POST
def read(request: ScopedRequest) -> HttpResponse:
    """Mark one notice as read and go where it leads, or mark all."""
    asked = request.POST.get("notice", "")
    if not asked:
        mark_read(request.user)
        return redirect("notices:inbox")
    key = number_in(asked)
    found = None if key is None else Notice.objects.within(request.scope).filter(pk=key).first()
    if found:
        mark_read(request.user, found.pk)
    return redirect((local_address(request, found.address) if found else "") or "notices:inbox")


@login_required
@require_POST
def mail(request: ScopedRequest) -> HttpResponse:
    """Switch the daily mail off or on."""
    is_off = request.POST.get("wants") == "no"
    choose_mail(request.user, is_off=is_off)
    off, on = _("以后不再寄邮件，通知仍在这里。"), _("有未读通知时，每天最多寄一封邮件。")
    messages.success(request, off if is_off else on)
    return redirect("notices:inbox")
