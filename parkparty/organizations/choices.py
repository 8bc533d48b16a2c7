"""Closed lists of the party tree."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationType(models.TextChoices):
    WORKING_COMMITTEE = "working_committee", _("上级党（工）委")
    INDUSTRY_COMMITTEE = "industry_committee", _("行业（产业链）党委")
    JOINT_GROUP = "joint_group", _("党群联组")
    COMMITTEE = "committee", _("党委")
    GENERAL_BRANCH = "general_branch", _("党总支")
    INDEPENDENT_BRANCH = "independent_branch", _("独立党支部")
    JOINT_BRANCH = "joint_branch", _("联合党支部")
    MOBILE_BRANCH = "mobile_branch", _("流动党员党支部")
    TEMPORARY_BRANCH = "temporary_branch", _("临时党支部")


BRANCH_TYPES = (
    OrganizationType.INDEPENDENT_BRANCH,
    OrganizationType.JOINT_BRANCH,
    OrganizationType.MOBILE_BRANCH,
    OrganizationType.TEMPORARY_BRANCH,
)
"""Branches proper: what 组织生活 is asked of."""

OWN_TYPES = (OrganizationType.INDEPENDENT_BRANCH, OrganizationType.GENERAL_BRANCH, OrganizationType.COMMITTEE)
"""Types that give their host company coverage of its own (两个覆盖, own)."""


class OrganizationStatus(models.TextChoices):
    PREPARING = "preparing", _("筹建中")
    ACTIVE = "active", _("已成立")
    DISSOLVED = "dissolved", _("已撤销")


class HostUnitKind(models.TextChoices):
    """Units without a credit code of their own on which a branch may sit."""

    INCUBATOR = "incubator", _("孵化器")
    ASSOCIATION = "association", _("协会、联合会")
    OTHER = "other", _("其他")


class OfficerPost(models.TextChoices):
    SECRETARY = "secretary", _("书记")
    DEPUTY_SECRETARY = "deputy_secretary", _("副书记")
    MEMBER = "member", _("委员")
    INSTRUCTOR = "instructor", _("党建工作指导员")
    LIAISON = "liaison", _("联络员")
