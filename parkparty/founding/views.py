"""The pages of foundings: choose the companies with the rules checked, open the case, take its steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.companies.models import Company
from parkparty.core.dates import today
from parkparty.core.paging import keyset_page
from parkparty.founding import services
from parkparty.founding.check import JOINT, OWN, findings
from parkparty.founding.figures import candidates, companies_of, parents
from parkparty.founding.forms import CaseForm, ChoiceForm, StepForm
from parkparty.founding.models import FoundingCase
from parkparty.places.models import Park
from parkparty.rules.figures import Facts, hints

OFFICIALS = ROLES_FOR[Action.FOUND_ORGANIZATION]
PARENTS_SHOWN = 50
CHECK = "check"
"""The button that only shows what the rules say."""


@requires(Action.VIEW_ORGANIZATION)
def case_list(request: ScopedRequest) -> HttpResponse:
    """All foundings in reach, the newest first."""
    rows = FoundingCase.objects.within(request.scope).select_related("organization__park", "organization__parent")
    page = keyset_page(rows, request.GET, order=("-id",))
    return render(request, "founding/list.html", {"page": page, "crumbs": _crumbs()[:-1]})


@requires(Action.FOUND_ORGANIZATION)
def case_new(request: ScopedRequest) -> HttpResponse:
    """Choose the companies and apply. Each press of 检查 shows what the rules say; nothing is kept until 提交申请.

    The day, the name and what is ticked stay as typed, whichever button is pressed.
    """
    scope = request.scope.with_roles(OFFICIALS)
    data = request.POST if request.method == "POST" else request.GET
    choice = ChoiceForm(data, scope=scope)
    chosen = companies_of(choice.keys, scope)
    offered = list(parents(choice.park, scope, OFFICIALS)[:PARENTS_SHOWN])
    initial = {"applied_on": today(), "parent": offered[0].name if offered else ""}
    checks = CHECK in request.POST
    initial |= {name: data[name] for name in CaseForm.base_fields if name in data}
    form = CaseForm(request.POST if request.method == "POST" and not checks else None, scope=scope, initial=initial)
    if form.is_valid() and choice.is_valid():
        try:
            case = services.open_case(form.organization(len(chosen), choice.park), chosen, by=request.user)
        except ValidationError as fault:
            form.add_error(None, fault.messages)
        else:
            messages.success(request, _("已立项，上级党组织批复后登记批复日期。"))
            return redirect("founding:detail", pk=case.pk)
    context = _choice(request, chosen, choice.park, offered[0].path if offered else "")
    context |= {"form": form, "choice": choice, "parents": offered, "crumbs": _crumbs()}
    return render(request, "founding/new.html", context)


@requires(Action.VIEW_ORGANIZATION)
def case_detail(request: ScopedRequest, pk: int) -> HttpResponse:
    """One founding: its steps with their days, its companies, what is due, and the next step for those who may."""
    return _detail(request, pk, StepForm(initial={"on": today()}))


def _detail(request: ScopedRequest, pk: int, step: StepForm) -> HttpResponse:
    rows = FoundingCase.objects.within(request.scope).select_related(
        "organization__parent", "organization__park", "organization__area", "opened_by"
    )
    case = scoped_or_404(rows, pk=pk)
    organization, day = case.organization, today()
    chosen = companies_of(case.companies.values_list("pk", flat=True), request.scope)
    waits: dict[str, Any] = {"is_preparing": case.is_open_to_change, "applied_on": organization.applied_on}
    context = {
        "crumbs": _crumbs(),
        "case": case,
        "organization": organization,
        "chosen": chosen,
        "findings": findings(organization.type, [c.full_members for c in chosen], day, organization.path),
        "hints": hints(Facts(organization.type, organization.path, **waits), day),
        "may_step": organization.is_reached_by(request.scope, OFFICIALS),
        "step": step,
    }
    return render(request, "founding/detail.html", context)


@requires(Action.FOUND_ORGANIZATION)
def case_companies(request: ScopedRequest, pk: int) -> HttpResponse:
    """Adjust by hand which companies a branch in preparation is to cover."""
    case = _case(request, pk)
    scope = request.scope.with_roles(OFFICIALS)
    now = [*case.companies.values_list("pk", flat=True)]
    keys = ChoiceForm(request.POST, scope=scope).keys if request.method == "POST" else now
    chosen = companies_of(keys, scope)
    if request.method == "POST" and CHECK not in request.POST:
        try:
            services.choose_companies(case, chosen, by=request.user)
        except ValidationError as fault:
            messages.error(request, " ".join(fault.messages))
        else:
            messages.success(request, _("企业已调整。"))
            return redirect("founding:detail", pk=case.pk)
    context = _choice(request, chosen, case.organization.park, case.organization.path)
    return render(request, "founding/companies.html", context | {"case": case, "crumbs": _crumbs()})


def _choice(request: ScopedRequest, chosen: Sequence[Any], park: Park | None, path: str) -> dict[str, Any]:
    """What the choice of companies shows: those ticked, others of the park, and what the rules say."""
    keys = [company.pk for company in chosen]
    others: list[Company] = candidates(park, keys, request.scope.with_roles(OFFICIALS)) if park else []
    full = [company.full_members for company in chosen]
    return {
        "park": park,
        "chosen": chosen,
        "others": others,
        "full": sum(full),
        "findings": findings(JOINT if len(full) > 1 else OWN, full, today(), path),
    }


@require_POST
@requires(Action.FOUND_ORGANIZATION)
def case_reply(request: ScopedRequest, pk: int) -> HttpResponse:
    """The committee above agreed."""
    return _step(request, pk, services.reply, _("已登记批复，党支部从批复之日起成立。"))


@require_POST
@requires(Action.FOUND_ORGANIZATION)
def case_elect(request: ScopedRequest, pk: int) -> HttpResponse:
    """Officers were elected."""
    return _step(request, pk, services.elect, _("已登记选举，本届任期从选举之日起算。"))


@require_POST
@requires(Action.FOUND_ORGANIZATION)
def case_file(request: ScopedRequest, pk: int) -> HttpResponse:
    """The result was filed above."""
    return _step(request, pk, services.file, _("已登记备案，筹建完成。"))


@require_POST
@requires(Action.FOUND_ORGANIZATION)
def case_withdraw(request: ScopedRequest, pk: int) -> HttpResponse:
    """Refused, or taken back."""
    return _step(request, pk, services.withdraw, _("已撤回，企业可以编入其他党支部。"))


def _crumbs() -> list[tuple[str, str]]:
    cases = (pgettext("复数", "筹建事项"), reverse("founding:list"))
    return [(pgettext("复数", "党组织"), reverse("organizations:list")), cases]


def _case(request: ScopedRequest, pk: int) -> FoundingCase:
    rows = FoundingCase.objects.within(request.scope).writable(request.scope, OFFICIALS)
    return scoped_or_404(rows.select_related("organization__park"), pk=pk)


def _step(request: ScopedRequest, pk: int, take: Callable[..., FoundingCase], done: str) -> HttpResponse:
    case, form = _case(request, pk), StepForm(request.POST)
    if not form.is_valid():
        return _detail(request, pk, form)
    try:
        take(case, on=form.cleaned_data["on"], by=request.user)
    except ValidationError as fault:
        form.add_error("on", fault.messages)
        return _detail(request, pk, form)
    messages.success(request, done)
    return redirect("founding:detail", pk=pk)
