"""The page of rules: what holds on a day, by which article, and with which numbers."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render

from parkparty.access.permissions import Action
from parkparty.access.scoping import ScopedRequest, requires
from parkparty.core.dates import today
from parkparty.rules.figures import rules_on
from parkparty.rules.forms import RulesOnForm


@requires(Action.VIEW_ORGANIZATION)
def rule_list(request: ScopedRequest) -> HttpResponse:
    """Every rule that holds on a day, by kind. Rules are public texts: all readers see the same."""
    form = RulesOnForm({"as_of": request.GET.get("as_of") or today().isoformat()})
    rules = rules_on(form.day)
    groups = [(kind, list(found)) for kind, found in groupby(rules, key=lambda rule: rule.get_kind_display())]
    return render(request, "rules/list.html", {"form": form, "groups": groups, "number": len(rules)})
