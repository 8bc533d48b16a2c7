"""What the rules say about a branch to be founded: read while its companies are chosen, and again at the reply."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from parkparty.organizations.choices import OrganizationType
from parkparty.rules.choices import Measure, RuleKind
from parkparty.rules.figures import RuleBook
from parkparty.rules.models import Rule

JOINT, OWN = OrganizationType.JOINT_BRANCH, OrganizationType.INDEPENDENT_BRANCH


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule says about the choice. What blocks cannot be founded so; the rest is advice."""

    text: str
    blocks: bool
    rule: Rule | None = None


def findings(type: str, full_by_unit: Sequence[int], on: dt.date, path: str) -> list[Finding]:
    """What the rules in force on ``on`` at ``path`` say about a branch of companies with so many full members each.

    Blocking: no company, two companies for one that founds alone, fewer full members than the rule of set-up asks for.
    Advice: more companies than a joint branch usually covers, and companies that should found alone.
    """
    number, full = len(full_by_unit), sum(full_by_unit)
    found: list[Finding] = []
    if number == 0:
        found.append(Finding(_("还没有选择企业。"), True))
    if type == OWN and number > 1:
        found.append(Finding(_("单独组建的党支部只选一家企业，现在选了 %(number)d 家。") % {"number": number}, True))
    if type == JOINT and number == 1:
        found.append(Finding(_("联合党支部至少选两家企业。"), True))
    for rule in RuleBook.read([RuleKind.SET_UP, RuleKind.SIZE]).on(on, path):
        if rule.kind == RuleKind.SET_UP:
            found += _members(rule, type, full_by_unit, full)
        elif rule.parameters["measure"] == Measure.UNITS and type in rule.parameters["types"]:
            most = rule.parameters["more_than"]
            if number > most:
                text = _("选了 %(number)d 家企业，一般不超过 %(most)d 家。") % {"number": number, "most": most}
                found.append(Finding(text, False, rule))
    return found


def _members(rule: Rule, type: str, full_by_unit: Sequence[int], full: int) -> list[Finding]:
    least = rule.parameters["full_at_least"]
    found = []
    if full_by_unit and full < least:
        text = _("正式党员合计 %(full)d 名，不足 %(least)d 名。") % {"full": full, "least": least}
        found.append(Finding(text, True, rule))
    large = sum(one >= least for one in full_by_unit)
    if type == JOINT and large:
        text = _("其中 %(number)d 家正式党员达到 %(least)d 名，应当单独组建。") % {"number": large, "least": least}
        found.append(Finding(text, False, rule))
    return found
