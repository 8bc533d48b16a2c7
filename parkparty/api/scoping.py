"""Where every address of the interface starts: the key of the request, its scope, its count, and how it is refused.

Only a key opens these addresses. A browser's sign-in does not, so that no page elsewhere can ask in its reader's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt

from parkparty.access.permissions import Action, Denied, decide
from parkparty.audit.choices import Kind
from parkparty.audit.services import record_read
from parkparty.core.scope import Scope
from parkparty.signin.models import ApiToken
from parkparty.signin.services.tokens import TooManyUses, count_use, scope_of_token, token_of

P = ParamSpec("P")

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Fault:
    """One parameter that cannot be read, and how to mend it."""

    parameter: str
    detail: str


class Problem(Exception):
    """A refusal: its status, the sentence that says why, and the parameters at fault."""

    def __init__(self, status: int, detail: str, *, faults: Sequence[Fault] = (), **headers: str) -> None:
        super().__init__(detail)
        self.status, self.detail, self.faults = status, detail, faults
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class ApiRequest(HttpRequest):
    """A request behind ``reads``: with its key and what the key reaches."""

    token: ApiToken
    scope: Scope
    id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view gives: the body, and how many rows of data are in it, for the trail."""

    body: dict[str, Any]
    rows: int


View = Callable[Concatenate[ApiRequest, P], Answer]


def reads(view: View[P]) -> Callable[Concatenate[Any, P], HttpResponse]:
    """An address that a key with the right to use the interface may read; what is given out is on the trail.

    No form is sent here, so that the token of a form is not asked: whatever is sent is told that it can only read.
    """

    @wraps(view)
    def answered(request: Any, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            _admit(request)
            return _given(request, view(request, *args, **kwargs))
        except Http404:
            return refusal(request, Problem(404, _("没有找到，或不在令牌的范围内。")))
        except Problem as problem:
            return refusal(request, problem)

    answered.action = Action.USE_API  # type: ignore[attr-defined]
    return cast("Callable[Concatenate[Any, P], HttpResponse]", csrf_exempt(answered))


def refusal(request: Any, problem: Problem) -> HttpResponse:
    """``problem`` as RFC 9457 has it, with the id that the log knows the request by."""
    body = {
        "type": "about:blank",
        "title": str(_TITLES[problem.status]()),
        "status": problem.status,
        "detail": problem.detail,
        "errors": [{"parameter": fault.parameter, "detail": fault.detail} for fault in problem.faults],
        "request_id": request.id,
    }
    return HttpResponse(_json(body), content_type=PROBLEM, status=problem.status, headers=problem.headers)


def is_ours(request: HttpRequest) -> bool:
    """Whether the address lies below the interface."""
    return request.path_info.startswith(reverse("api:docs"))


def only_read() -> Problem:
    """405, whatever a program would write with."""
    return Problem(405, _("接口只供读取，用 GET。"), Allow="GET, HEAD")


def known_parameters(request: ApiRequest, names: Iterable[str]) -> dict[str, str]:
    """The parameters of the address, each known, written once and with a value.

    Raises:
        Problem: naming every one that is not. A filter that is misspelt or empty would give all there is.
    """
    names, faults = list(names), []
    for name, values in request.GET.lists():
        if name not in names:
            known = _("、").join(names) or _("没有")
            faults.append(Fault(name, _("没有这个参数，可用的参数：%(known)s。") % {"known": known}))
        elif len(values) > 1:
            faults.append(Fault(name, _("参数写了 %(count)s 次，只写一次。") % {"count": len(values)}))
        elif not values[0].strip():
            faults.append(Fault(name, _("参数没有值；不需要它时，不写这个参数。")))
    if faults:
        raise bad_parameters(faults)
    return {name: request.GET[name] for name in names if name in request.GET}


def bad_parameters(faults: Sequence[Fault]) -> Problem:
    """400, with what is wrong in one sentence as well as by parameter."""
    return Problem(400, " ".join(f"{fault.parameter} {fault.detail}".strip() for fault in faults), faults=faults)


def _admit(request: Any) -> None:
    """Put the key and its scope on the request."""
    if request.method not in ("GET", "HEAD"):
        raise only_read()
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        raise Problem(403, _("用 https:// 的地址。令牌已经以明文传过一次，撤销它，再生成一个。"))
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        detail = _("缺少令牌：在 HTTP 头里写 Authorization: Bearer，空一格，再写令牌。")
        raise Problem(401, detail, WWW_Authenticate="Bearer")
    token = token_of(secret.strip())
    if token is None:
        detail = _("没有这个令牌，或者它已到期、已撤销，在“账号安全”里重新生成。")
        raise Problem(401, detail, WWW_Authenticate='Bearer error="invalid_token"')
    try:
        count_use(token)
    except TooManyUses as full:
        detail = _("这一分钟的 %(limit)s 次已用完，%(seconds)s 秒后再试。")
        numbers = {"limit": settings.API_REQUESTS_A_MINUTE, "seconds": full.seconds}
        raise Problem(429, detail % numbers, Retry_After=str(full.seconds)) from full
    request.token, request.scope = token, scope_of_token(token)
    decision = decide(request.scope, Action.USE_API)
    if isinstance(decision, Denied):
        raise Problem(403, str(decision.reason))


def _given(request: ApiRequest, answer: Answer) -> HttpResponse:
    """The answer, or that it has not changed since the reader last had it; what is given is on the trail."""
    content = _json(answer.body)
    etag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    response = HttpResponse(content, content_type="application/json", headers=headers)
    found = get_conditional_response(request, etag=etag, response=response)
    if found is not None and found.status_code != 200:
        return found
    details = {"object": request.get_full_path(), "rows": answer.rows}
    record_read(gettext_noop("接口读取"), request.token, by=request.token.user, kind=Kind.EXPORT, details=details)
    return response


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


_TITLES: dict[int, Callable[[], str]] = {
    400: lambda: _("参数有误"),
    401: lambda: _("没有令牌"),
    403: lambda: _("没有权限"),
    404: lambda: _("没有找到"),
    405: lambda: _("只供读取"),
    429: lambda: _("读取太频繁"),
    500: lambda: _("服务器出错"),
    503: lambda: _("服务暂不可用"),
}
"""What each status is called."""
