"""Closed lists of companies."""

from dataclasses import asdict, dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from parkparty.organizations.choices import OWN_TYPES, OrganizationType


class CompanyStatus(models.TextChoices):
    OPERATING = "operating", _("存续")
    SUSPENDED = "suspended", _("停业")
    REVOKED = "revoked", _("吊销")
    DEREGISTERED = "deregistered", _("注销")


class StaffBand(models.IntegerChoices):
    """The lower end of a staff band; bands are cut at every limit of the 2017 size classes. 0 is not known."""

    UNKNOWN = 0, _("未知")
    FROM_1 = 1, _("1～4 人")
    FROM_5 = 5, _("5～9 人")
    FROM_10 = 10, _("10～19 人")
    FROM_20 = 20, _("20～49 人")
    FROM_50 = 50, _("50～99 人")
    FROM_100 = 100, _("100～199 人")
    FROM_200 = 200, _("200～299 人")
    FROM_300 = 300, _("300～999 人")
    FROM_1000 = 1000, _("1000～1999 人")
    FROM_2000 = 2000, _("2000 人以上")


def staff_band(staff: int) -> StaffBand:
    """The band that holds a head count; 0 and less is not known."""
    return max((band for band in StaffBand if band <= staff), default=StaffBand.UNKNOWN)


class SizeClass(models.TextChoices):
    UNKNOWN = "", _("未知")
    LARGE = "large", _("大型")
    MEDIUM = "medium", _("中型")
    SMALL = "small", _("小型")
    MICRO = "micro", _("微型")


class TenancyKind(models.TextChoices):
    REGISTERED = "registered", _("仅注册")
    ON_SITE = "on_site", _("实际入驻")


class LinkKind(models.TextChoices):
    OWN = "own", _("单独组建")
    JOINT = "joint", _("联合组建")
    INSTRUCTOR = "instructor", _("党建工作指导员")
    LIAISON = "liaison", _("联络员")
    UNION = "union", _("工会")
    LEAGUE = "league", _("共青团")


ORGANISATION_LINKS = (LinkKind.OWN, LinkKind.JOINT)
TYPES_FOR = {LinkKind.OWN: OWN_TYPES, LinkKind.JOINT: (OrganizationType.JOINT_BRANCH,)}
"""What an organisation must be for a link of the kind to cover a company: an industry committee covers nobody."""

WORK_LINKS = (LinkKind.INSTRUCTOR, LinkKind.LIAISON, LinkKind.UNION, LinkKind.LEAGUE)


SENT = (LinkKind.INSTRUCTOR, LinkKind.LIAISON)
"""Posts whose holders an organisation sends to look after a company."""


class CoverageState(models.TextChoices):
    """How a company is covered on a day: the best that holds, so that the four parts add up to the whole."""

    OWN = "own", _("单独组建")
    JOINT = "joint", _("联合组建")
    WORK_ONLY = "work_only", _("仅工作覆盖")
    NONE = "none", _("尚未覆盖")

    @property
    def icon(self) -> str:
        """The icon that says the same by its shape."""
        return {"own": "circle-fill", "joint": "circle-half", "work_only": "dash-circle", "none": "circle"}[self.value]


class CoverageChoice(models.TextChoices):
    """What a list of companies may be cut to; the sums beside the four states."""

    OWN = "own", _("单独组建")
    JOINT = "joint", _("联合组建")
    ORGANIZATION = "organization", _("已组织覆盖")
    UNCOVERED = "uncovered", _("未组织覆盖")
    NOT_OWN = "not_own", _("未单独组建")
    WORK = "work", _("已工作覆盖")
    WORK_ONLY = "work_only", _("仅工作覆盖")
    NONE = "none", _("尚未覆盖")


STATES_OF: dict[str, tuple[CoverageState, ...]] = {
    CoverageChoice.OWN: (CoverageState.OWN,),
    CoverageChoice.JOINT: (CoverageState.JOINT,),
    CoverageChoice.ORGANIZATION: (CoverageState.OWN, CoverageState.JOINT),
    CoverageChoice.UNCOVERED: (CoverageState.WORK_ONLY, CoverageState.NONE),
    CoverageChoice.NOT_OWN: (CoverageState.JOINT, CoverageState.WORK_ONLY, CoverageState.NONE),
    CoverageChoice.WORK: (CoverageState.OWN, CoverageState.JOINT, CoverageState.WORK_ONLY),
    CoverageChoice.WORK_ONLY: (CoverageState.WORK_ONLY,),
    CoverageChoice.NONE: (CoverageState.NONE,),
}


GAPS = (CoverageChoice.UNCOVERED, CoverageChoice.NOT_OWN, CoverageChoice.WORK_ONLY, CoverageChoice.NONE)
"""Lists of companies that lack something: of these one asks why, who looks after them and when they were visited."""


class GapReason(models.TextChoices):
    """Why a company has no organisation, as it was found on a visit (一企一表：未建原因)."""

    FEW_MEMBERS = "few_members", _("正式党员不足 3 名")
    RELATIONS_ELSEWHERE = "elsewhere", _("党员组织关系没有转来")
    OWNER_HESITATES = "owner", _("企业负责人有顾虑")
    NO_SECRETARY = "secretary", _("没有合适的书记人选")
    UNSTABLE = "unstable", _("经营不稳定或准备迁出")
    PREPARING = "preparing", _("正在筹建")
    OTHER = "other", _("其他原因")


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many on a company counts: what the texts say, where no rule of the site says otherwise.

    ``full`` members make it 应建 (probationary ones do not count), ``sanyou_staff`` 三有, ``guishang_staff`` 规上.
    """

    full: int = 3
    sanyou_staff: int = StaffBand.FROM_10
    guishang_staff: int = StaffBand.FROM_100


class Denominator(models.TextChoices):
    """Of which companies a rate is the rate (domain 2.7)."""

    REGISTERED = "registered", _("注册企业")
    OPERATING = "operating", _("实体运营企业")
    SANYOU = "sanyou", _("三有企业")
    GUISHANG = "guishang", _("规上企业")
    YINGJIAN = "yingjian", _("应建企业")

    def definition(self, limits: Limits) -> str:
        """The definition in one sentence, as it stands beside every rate."""
        return str(_DEFINITIONS[self]) % asdict(limits)

    @property
    def is_on_site(self) -> bool:
        """Whether only companies really on site count, not those that are merely registered there."""
        return self in (Denominator.OPERATING, Denominator.SANYOU, Denominator.YINGJIAN)


_DEFINITIONS = {
    Denominator.REGISTERED: _("注册企业：截至日在册（注册或入驻）且未注销的企业，每家只计一次。"),
    Denominator.OPERATING: _("实体运营企业：截至日经营状态为存续，并实际入驻办公的企业，每家只计一次。"),
    Denominator.SANYOU: _("三有企业：实体运营企业中有固定经营场所、从业人员 %(sanyou_staff)d 人以上的企业。"),
    Denominator.GUISHANG: _(
        "规上企业：未注销企业中年营业收入 2000 万元以上或从业人员 %(guishang_staff)d 人以上的企业（地方口径）。"
    ),
    Denominator.YINGJIAN: _("应建企业：实体运营企业中正式党员 %(full)d 人以上的企业，预备党员不计。"),
}
