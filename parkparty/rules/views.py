"""The pages of rules: what holds on a day and by which article, what is set locally, and what a change would do."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.access.scoping import ScopedRequest, requires, scoped_or_404
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.rules import services
from parkparty.rules.figures import impact, rules_on
from parkparty.rules.forms import LocalRuleForm, RulesOnForm
from parkparty.rules.models import Rule

LOCAL_SHOWN = 100


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


@require_POST
@requires(Action.SET_RULE)
def rule_set(request: ScopedRequest, code: str) -> HttpResponse:
    """Set a local rule as typed."""
    rule = _rule(request, code)
    form = LocalRuleForm(request.POST, general=rule, scope=request.scope)
    if rule.overrides_id or not form.is_valid():
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
    rule = scoped_or_404(Rule.objects.local(request.scope, ROLES_FOR[Action.SET_RULE]), code=code)
    try:
        services.end_local_rule(rule, on=today(), by=request.user)
    except ValidationError as fault:
        messages.warning(request, " ".join(fault.messages))
    else:
        messages.success(request, _("地方规则今天起终止，恢复按一般规则判断。"))
    return redirect("rules:detail", code=rule.general_code)


def _rule(request: ScopedRequest, code: str) -> Rule:
    return scoped_or_404(Rule.objects.within(request.scope).select_related("activity_type"), code=code)


def _page(request: ScopedRequest, rule: Rule, form: LocalRuleForm) -> HttpResponse:
    rows = Rule.objects.binding(request.scope).filter(overrides=rule).order_by("organization__path", "-since")
    local = list(rows.select_related("organization__park", "organization__area", "set_by")[:LOCAL_SHOWN])
    context: dict[str, Any] = {
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
