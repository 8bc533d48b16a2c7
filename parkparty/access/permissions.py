"""Who may do what, as one table: role × action. Pages, admin, commands, docs and tests read this table and no other.

Three rights are kept apart (三员分立): managing users and business data is the administrator's, reading the audit
trail the auditor's; no role holds all three.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parkparty.access.choices import Role
from parkparty.core.scope import Scope


class Action(StrEnum):
    LOG_ACTIVITY = "log_activity"
    REVIEW_ACTIVITY = "review_activity"
    VIEW_ACTIVITY = "view_activity"
    VIEW_COVERAGE = "view_coverage"
    TAKE_SNAPSHOT = "take_snapshot"
    VIEW_REPORT = "view_report"
    MAKE_REPORT = "make_report"
    MAKE_WORK_REPORT = "make_work_report"
    MANAGE_LAYOUT = "manage_layout"
    SET_TARGET = "set_target"
    VIEW_ORGANIZATION = "view_organization"
    SET_RULE = "set_rule"
    FOUND_ORGANIZATION = "found_organization"
    VIEW_COMPANY = "view_company"
    LOG_VISIT = "log_visit"
    VIEW_CONTACT = "view_contact"
    IMPORT_ROSTER = "import_roster"
    MANAGE_DATA = "manage_data"
    MANAGE_USERS = "manage_users"
    READ_AUDIT = "read_audit"
    READ_HISTORY = "read_history"
    USE_API = "use_api"


EVERY_READER = (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR, Role.VIEWER)

ROLES_FOR: dict[Action, tuple[Role, ...]] = {
    Action.LOG_ACTIVITY: (Role.SECRETARY,),
    Action.REVIEW_ACTIVITY: (Role.REVIEWER,),
    Action.VIEW_ACTIVITY: EVERY_READER,
    Action.VIEW_COVERAGE: EVERY_READER,
    Action.TAKE_SNAPSHOT: (Role.REVIEWER, Role.ADMINISTRATOR),
    Action.VIEW_REPORT: EVERY_READER,
    Action.MAKE_REPORT: (Role.REVIEWER, Role.ADMINISTRATOR),
    Action.MAKE_WORK_REPORT: (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR),
    Action.MANAGE_LAYOUT: (Role.ADMINISTRATOR,),
    Action.SET_TARGET: (Role.REVIEWER, Role.ADMINISTRATOR),
    Action.VIEW_ORGANIZATION: EVERY_READER,
    Action.SET_RULE: (Role.REVIEWER, Role.ADMINISTRATOR),
    Action.FOUND_ORGANIZATION: (Role.REVIEWER, Role.ADMINISTRATOR),
    Action.VIEW_COMPANY: EVERY_READER,
    Action.LOG_VISIT: (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR),
    Action.VIEW_CONTACT: (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR),
    Action.IMPORT_ROSTER: (Role.ADMINISTRATOR,),
    Action.MANAGE_DATA: (Role.ADMINISTRATOR,),
    Action.MANAGE_USERS: (Role.ADMINISTRATOR,),
    Action.READ_AUDIT: (Role.AUDITOR,),
    Action.READ_HISTORY: (*EVERY_READER, Role.AUDITOR),
    Action.USE_API: (Role.REVIEWER, Role.ADMINISTRATOR, Role.VIEWER),
}

WHAT = {
    Action.LOG_ACTIVITY: gettext_lazy("填报活动"),
    Action.REVIEW_ACTIVITY: gettext_lazy("审核活动"),
    Action.VIEW_ACTIVITY: gettext_lazy("查看活动"),
    Action.VIEW_COVERAGE: gettext_lazy("查看覆盖情况"),
    Action.TAKE_SNAPSHOT: gettext_lazy("保存覆盖快照"),
    Action.VIEW_REPORT: gettext_lazy("查看报告"),
    Action.MAKE_REPORT: gettext_lazy("生成报告"),
    Action.MAKE_WORK_REPORT: gettext_lazy("生成述职材料"),
    Action.MANAGE_LAYOUT: gettext_lazy("维护 Word 模板"),
    Action.SET_TARGET: gettext_lazy("设定目标"),
    Action.VIEW_ORGANIZATION: gettext_lazy("查看党组织"),
    Action.SET_RULE: gettext_lazy("设置地方规则"),
    Action.FOUND_ORGANIZATION: gettext_lazy("筹建党组织"),
    Action.VIEW_COMPANY: gettext_lazy("查看企业"),
    Action.LOG_VISIT: gettext_lazy("登记走访"),
    Action.VIEW_CONTACT: gettext_lazy("查看联系方式"),
    Action.IMPORT_ROSTER: gettext_lazy("导入名册"),
    Action.MANAGE_DATA: gettext_lazy("维护数据"),
    Action.MANAGE_USERS: gettext_lazy("管理用户"),
    Action.READ_AUDIT: gettext_lazy("查看操作记录"),
    Action.READ_HISTORY: gettext_lazy("查看变更历史"),
    Action.USE_API: gettext_lazy("使用数据接口"),
}

HISTORIES: dict[str, Action] = {
    "accounts.user": Action.MANAGE_USERS,
    "access.grant": Action.MANAGE_USERS,
    "activities.activity": Action.VIEW_ACTIVITY,
    "companies.company": Action.VIEW_COMPANY,
    "companies.coveragelink": Action.VIEW_COMPANY,
    "companies.tenancy": Action.VIEW_COMPANY,
    "companies.visit": Action.VIEW_COMPANY,
    "coverage.coveragesnapshot": Action.VIEW_COVERAGE,
    "coverage.coveragetarget": Action.VIEW_COVERAGE,
    "founding.foundingcase": Action.VIEW_ORGANIZATION,
    "organizations.membercount": Action.VIEW_ORGANIZATION,
    "organizations.officer": Action.VIEW_CONTACT,
    "organizations.organization": Action.VIEW_ORGANIZATION,
    "places.area": Action.VIEW_COVERAGE,
    "places.building": Action.VIEW_COVERAGE,
    "places.park": Action.VIEW_COVERAGE,
    "places.servicestation": Action.VIEW_COVERAGE,
    "reports.closing": Action.VIEW_REPORT,
    "reports.layout": Action.MANAGE_LAYOUT,
    "reports.mailing": Action.MAKE_REPORT,
    "reports.reportversion": Action.VIEW_REPORT,
    "rosters.rosterbatch": Action.IMPORT_ROSTER,
}
"""The action that shows a record, and with it the record's history. Of other records only auditors see one."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """The action may be done."""

    def __bool__(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Denied:
    """The action may not be done, and the sentence that tells the user why and who can help."""

    reason: str

    def __bool__(self) -> bool:
        return False


Decision = Allowed | Denied


def _refusal(action: Action) -> str:
    """Who does ``action`` instead of the reader."""
    roles = _("、").join(str(role.label) for role in ROLES_FOR[action])
    return _("“%(what)s”由%(roles)s办理，当前账号没有这一角色。需要时由上级管理员授权。") % {
        "what": WHAT[action],
        "roles": roles,
    }


_worded_when_shown = lazy(_refusal, str)
"""A page asks about every action, and shows hardly any of the refusals."""


def decide(scope: Scope, action: Action) -> Decision:
    """Whether ``scope`` holds, anywhere, a role that may do ``action``; where is what ``within(scope)`` answers."""
    if scope.roles.isdisjoint(ROLES_FOR[action]):
        return Denied(_worded_when_shown(action))
    return Allowed()
