"""One's own account: password, second factor, signed-in browsers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from parkparty.access.scoping import scoped_or_404
from parkparty.signin.forms import CodeForm
from parkparty.signin.rules import enrolment_address, new_secret, qr_code, seal, unseal
from parkparty.signin.scoping import before_duties, recent_login_required
from parkparty.signin.services.factors import (
    ROLES_WITH_TWO,
    enrol,
    has_factor,
    note_factor,
    owes_factor,
    remove_factor,
    renew_codes,
)
from parkparty.signin.services.sessions import end_session, end_sessions

OFFERED, CODES = "offered", "codes"
"""Keys in the session, both sealed: the secret that an enrolment page shows, and recovery codes until they are seen."""


@login_required
def security(request: Any) -> HttpResponse:
    """Everything that guards the account, on one page."""
    context = {
        "sessions": request.user.login_sessions.open(),
        "this_key": request.session.session_key,
        "authenticator": has_factor(request.user),
        "codes_left": request.user.recovery_codes.count(),
        "factor_required": bool(request.scope.roles & ROLES_WITH_TWO),
    }
    return render(request, "signin/security.html", context)


@login_required
@require_POST
def session_end(request: Any, pk: int) -> HttpResponse:
    """Sign one of one's own browsers out."""
    found = scoped_or_404(request.user.login_sessions.all(), pk=pk)
    end_session(found, by=request.user)
    messages.success(request, _("“%(device)s”已退出登录。") % {"device": found.device})
    return redirect("accounts:security")


@login_required
@require_POST
def sessions_end(request: Any) -> HttpResponse:
    """Sign all of one's other browsers out."""
    count = end_sessions(request.user, by=request.user, keep=request.session.session_key)
    messages.success(request, _("其他 %(count)s 处登录已退出。") % {"count": count})
    return redirect("accounts:security")


@recent_login_required
@before_duties
@login_required
@never_cache
def enrolment(request: Any) -> HttpResponse:
    """Scan, type the first code, done. The secret stays the same while the page is tried again."""
    secret = unseal(request.session.get(OFFERED, "")) or new_secret()
    request.session[OFFERED] = seal(secret)
    form = CodeForm(request.POST if "code" in request.POST else None, help_text=_("应用上显示的 6 位数字。"))
    if form.is_valid():
        codes = enrol(request.user, secret, form.cleaned_data["code"], keep=request.session.session_key)
        if codes:
            del request.session[OFFERED]
            request.session[CODES] = seal(" ".join(codes))
            note_factor(request.session)
            return redirect("accounts:codes")
        form.refuse()
    context = {
        "form": form,
        "owed": owes_factor(request.session, request.scope),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "qr": qr_code(enrolment_address(secret, request.user.username)),
    }
    return render(request, "signin/enrolment.html", context)


@login_required
@never_cache
def codes(request: Any) -> HttpResponse:
    """The new recovery codes, on one page and never again; ``?as=text`` gives them as a file from the same visit."""
    shown = unseal(request.session.get(CODES, "")).split()
    if not shown:
        return redirect("accounts:security")
    if request.method == "POST":
        del request.session[CODES]
        return redirect("accounts:security")
    if request.GET.get("as") == "text":
        text = "\r\n".join([_("园区党建恢复码，每个只能用一次"), str(request.user.username), *shown, ""])
        headers = {"Content-Disposition": 'attachment; filename="parkparty-recovery-codes.txt"'}
        return HttpResponse("\ufeff" + text, content_type="text/plain; charset=utf-8", headers=headers)
    return render(request, "signin/codes.html", {"codes": shown})


@recent_login_required
@login_required
@require_POST
def codes_renew(request: Any) -> HttpResponse:
    """New recovery codes; the old ones end."""
    if not has_factor(request.user):
        return redirect("accounts:enrol")
    request.session[CODES] = seal(" ".join(renew_codes(request.user)))
    return redirect("accounts:codes")


@recent_login_required
@login_required
@require_POST
def factor_remove(request: Any) -> HttpResponse:
    """Sign in with the password alone from now on, where the role allows it."""
    if request.scope.roles & ROLES_WITH_TWO:
        messages.error(request, _("管理员和审核员必须使用第二步验证。换手机时，用“换一部手机”。"))
        return redirect("accounts:security")
    remove_factor(request.user, by=request.user)
    messages.success(request, _("第二步验证已停用，重新登录。"))
    return redirect("accounts:login")
