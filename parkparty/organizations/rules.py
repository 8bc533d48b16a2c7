"""Limits of size, as hints to the reader: each cites its article, none forbids anything by itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parkparty.organizations.choices import BRANCH_TYPES, OrganizationType

JOINT_BRANCH_UNITS = 5
BRANCH_MEMBERS = 50
COMMITTEE_MEMBERS = 100
BRANCH_COMMITTEE_FROM = 7
CONGRESS_FROM = 500


@dataclass(frozen=True, slots=True)
class Hint:
    """What a rule says about an organisation of this size. ``is_duty`` tells 应当 from 一般 and 可以."""

    rule: str
    text: str
    source: str
    is_duty: bool = False


def size_hints(type: str, *, full: int, probationary: int, units: int) -> list[Hint]:
    """Hints for an organisation of ``type`` with so many members, which covers ``units`` companies."""
    members = full + probationary
    found = [_joint_branch_units(type, units), _branch_members(type, members), _branch_committee(type, full)]
    found += [_higher_type(type, members), _congress(members)]
    return [hint for hint in found if hint]


def _joint_branch_units(type: str, units: int) -> Hint | None:
    """R03: a joint branch usually covers no more than five units."""
    if type != OrganizationType.JOINT_BRANCH or units <= JOINT_BRANCH_UNITS:
        return None
    text = _("覆盖 %(units)d 家，一般不超过 %(limit)d 家。") % {"units": units, "limit": JOINT_BRANCH_UNITS}
    return Hint("R03", text, _("《中国共产党支部工作条例（试行）》第五条"))


def _branch_members(type: str, members: int) -> Hint | None:
    """R04: a branch usually has no more than fifty members."""
    if type not in BRANCH_TYPES or members <= BRANCH_MEMBERS:
        return None
    text = _("党员 %(members)d 名，一般不超过 %(limit)d 名。") % {"members": members, "limit": BRANCH_MEMBERS}
    return Hint("R04", text, _("《中国共产党支部工作条例（试行）》第四条"))


def _branch_committee(type: str, full: int) -> Hint | None:
    """R08: from seven full members on, a branch has a committee; probationary members do not count."""
    if type not in BRANCH_TYPES or full < BRANCH_COMMITTEE_FROM:
        return None
    text = _("正式党员 %(full)d 名，应当设立支部委员会。") % {"full": full}
    return Hint("R08", text, _("《中国共产党支部工作条例（试行）》第六章"), is_duty=True)


def _higher_type(type: str, members: int) -> Hint | None:
    """R09: past fifty members a general branch, past a hundred a committee, where the unit above approves."""
    source = _("《中国共产党章程》第三十条")
    if type in (*BRANCH_TYPES, OrganizationType.GENERAL_BRANCH) and members > COMMITTEE_MEMBERS:
        return Hint("R09", _("党员超过 100 名，经上级党组织批准可以设立党委。"), source)
    if type in BRANCH_TYPES and members > BRANCH_MEMBERS:
        return Hint("R09", _("党员超过 50 名，经上级党组织批准可以设立党总支。"), source)
    return None


def _congress(members: int) -> Hint | None:
    """R10: from five hundred members on, a members' congress may elect."""
    if members < CONGRESS_FROM:
        return None
    text = _("党员 %(members)d 名，经上级党组织批准可以召开党员代表大会。") % {"members": members}
    return Hint("R10", text, _("《中国共产党基层组织选举工作条例》"))
