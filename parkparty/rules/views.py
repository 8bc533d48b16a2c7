"""The pages of rules: what holds on a day and by which article, what is set locally, and what a change would do."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action, decide
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.organizations.models import Organization
from parkparty.rules import services
from parkparty.rules.choices import RuleKind
from parkparty.rules.figures import (
    brackets,
    dues,
    duties,
    grid,
    impact,
    local_rules_of,
    rules_on,
    rules_with,
    size_class,
    strips,
)
from parkparty.rules.filters import DutyFilterForm
from parkparty.rules.forms import DuesForm, LocalRuleForm, RulesOnForm, SizeForm
from parkparty.rules.models import Rule
from parkparty.rules.tables import grid_rows, strip_rows

LOCAL_SHOWN = 100
BRANCHES_SHOWN = 500


@requires(Action.VIEW_ORGANIZATION)
def rule_list(request: ScopedRequest) -> HttpResponse:
    """Every general rule that holds on a day, by kind. Regulations are public texts: all readers see the same."""
    form = RulesOnForm({"as_of": request.GET.get("as_of") or today().isoformat()})
    rules = rules_on(form.day)
    groups = [(kind, list(found)) for kind, found in groupby(rules, key=lambda rule: rule.get_kind_display())]
    return render(request, "rules/list.html", {"form": form, "groups": groups, "number": len(rules)})


@requires(Action.VIEW_ORGANIZATION)
def rule_detail(request: ScopedRequest, code: str) -> HttpResponse:
    """One rule, the local ones in its place, and a form for a new one, with what it would have changed so far."""
    rule = _rule(request, code)
    if rule.overrides_id:
        return redirect("rules:detail", code=rule.overrides_id)
    asked = request.GET if "organization" in request.GET else None
    return _page(request, rule, LocalRuleForm(asked, general=rule, scope=request.scope))


@requires(Action.VIEW_ORGANIZATION)
def duty_grid(request: ScopedRequest) -> HttpResponse:
    """Branches × duties of the period at hand. ``tick`` names a column whose open duties are ticked for urging,
    ``months`` a monthly rule of which the last twelve months are shown instead.
    """
    form = DutyFilterForm(request.GET, scope=request.scope)
    keys = list(form.branches().values_list("pk", flat=True)[: BRANCHES_SHOWN + 1])
    asked = Organization.objects.within(request.scope).filter(pk__in=keys[:BRANCHES_SHOWN])
    code = request.GET.get("months")
    months = strips(asked, code, today()) if code else None
    if code and months is None:
        form.add_error(None, _("没有找到这个每月应办的事项。点“筛选”回到应办事项，再从列名下的“近 12 个月”打开。"))
        asked = asked.none()
    context = {
        "form": form,
        "crumbs": [(_("应办事项"), reverse("rules:duties"))] if months else [],
        "day": today(),
        "left_out": len(keys) > BRANCHES_SHOWN,
        "shown": BRANCHES_SHOWN,
    }
    if months:
        return render(request, "rules/months.html", context | {"strips": months, "rows": strip_rows(months)})
    found = grid(duties(asked, today()))
    may_urge = bool(decide(request.scope, Action.REVIEW_ACTIVITY))
    writes = request.scope.with_roles(ROLES_FOR[Action.LOG_ACTIVITY])
    rows = grid_rows(found, request.GET.get("tick", ""), writes, may_urge=may_urge)
    return render(request, "rules/duties.html", context | {"grid": found, "rows": rows})


@sensitive_post_parameters()
@never_cache
@requires(Action.VIEW_ORGANIZATION)
def dues_calculator(request: ScopedRequest) -> HttpResponse:
    """The dues of one month by the brackets of a rule. What is typed is not stored, not logged, in no address."""
    rules = rules_with("per_mille", today())
    form = DuesForm(request.POST or None, rules=rules)
    context: dict[str, Any] = {
        "crumbs": _crumbs(),
        "form": form,
        "scales": [(rule, list(brackets(rule))) for rule in rules],
    }
    if form.is_bound and form.is_valid():
        context |= {"rule": form.chosen, "due": dues(form.chosen, form.cleaned_data["income"])}
    return render(request, "rules/dues.html", context)


@sensitive_post_parameters()
@never_cache
@requires(Action.VIEW_ORGANIZATION)
def size_calculator(request: ScopedRequest) -> HttpResponse:
    """The size class of a company by the limits of its industry. What is typed is kept nowhere, as for dues."""
    rules = rules_with("size_limits", today())
    form = SizeForm(request.POST or None, rules=rules)
    context: dict[str, Any] = {"crumbs": _crumbs(), "form": form, "rules": rules}
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        found = size_class(form.chosen, typed["staff"], typed["revenue"] or Decimal(0))
        context |= {"rule": form.chosen, "found": found.label}
    return render(request, "rules/sizes.html", context)


@require_POST
@requires(Action.SET_RULE)
def rule_set(request: ScopedRequest, code: str) -> HttpResponse:
    """Set a local rule as typed."""
    rule = _rule(request, code)
    form = LocalRuleForm(request.POST, general=rule, scope=request.scope)
    if rule.overrides_id or rule.kind == RuleKind.POPULATION or not form.is_valid():
        return _page(request, rule, form)
    try:
        services.set_local_rule(form.rule(), by=request.user)
    except ValidationError as fault:
        form.add_error(None, fault.messages)
        return _page(request, rule, form)
    messages.success(request, _("地方规则已保存，从施行日期起按它判断；以前的数字和已保存的快照不变。"))
    return redirect("rules:detail", code=rule.code)


@require_POST
@requires(Action.SET_RULE)
def rule_end(request: ScopedRequest, code: str) -> HttpResponse:
    """End a local rule of one's own subtree today."""
    held = request.scope.with_roles(ROLES_FOR[Action.SET_RULE])
    rule = scoped_or_404(Rule.objects.within(held).local(), code=code)
    try:
        services.end_local_rule(rule, on=today(), by=request.user)
    except ValidationError as fault:
        messages.warning(request, " ".join(fault.messages))
    else:
        messages.success(request, _("地方规则今天起终止，恢复按一般规则判断。"))
    return redirect("rules:detail", code=rule.general_code)


def _rule(request: ScopedRequest, code: str) -> Rule:
    return scoped_or_404(Rule.objects.within(request.scope).select_related("activity_type"), code=code)


def _crumbs() -> list[tuple[str, str]]:
    return [(pgettext("复数", "规则"), reverse("rules:list"))]


def _page(request: ScopedRequest, rule: Rule, form: LocalRuleForm) -> HttpResponse:
    local = local_rules_of(rule, request.scope)[:LOCAL_SHOWN]
    context: dict[str, Any] = {
        "crumbs": _crumbs(),
        "rule": rule,
        "form": form,
        "day": today(),
        "local": [(one, _may_end(one, request.scope)) for one in local],
    }
    if form.is_bound and form.is_valid():
        changed = form.rule()
        context |= {"changed": changed, "impact": impact(changed, form.cleaned_data["organization"], today())}
    return render(request, "rules/detail.html", context)


def _may_end(local: Rule, scope: Scope) -> bool:
    """Whether the reader may end a local rule; one that is set above binds, and is the unit's above."""
    organization = local.organization
    is_ours = organization is not None and organization.is_reached_by(scope, ROLES_FOR[Action.SET_RULE])
    return local.until is None and is_ours
