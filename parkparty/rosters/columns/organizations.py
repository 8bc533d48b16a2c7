"""The columns of the sheets about organisations: what they are, how many members they have, who may be called."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from parkparty.core.privacy import personal_numbers
from parkparty.core.text import half_width
from parkparty.organizations.choices import OfficerPost, OrganizationType
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.cells import (
    Cell,
    CellFault,
    ChoiceColumn,
    Column,
    CountColumn,
    DateColumn,
    TextColumn,
    text_of,
)
from parkparty.rosters.columns.companies import AsOf, BranchType, FullMembers, ParkColumn, ProbationaryMembers


class OrganizationName(TextColumn):
    key, title, required = "organization", _("党组织名称"), True
    aliases = (
        "党组织名称", "党组织", "组织名称", "党组织全称", "党支部名称", "党支部", "支部名称", "所属党组织",
        "所在党组织", "主办党组织",
    )  # fmt: skip
    note = _("全称；有同名的填组织代码。")


class OrganizationCode(Column):
    key, title = "code", _("组织代码")
    aliases = ("组织代码", "党组织代码", "组织编码", "党组织编码")
    note = _("只含字母、数字和 . _ -。新的党组织留空时自动编号。")

    def parse(self, cell: Cell) -> str:
        code = half_width(text_of(cell))
        if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}", code):
            raise CellFault(IssueKind.CODE)
        return code


class TypeColumn(ChoiceColumn):
    key, title, required, labels = "type", _("党组织类型"), True, OrganizationType
    aliases = BranchType.aliases
    note = _("可从下拉选项中选。")
    words = {
        **BranchType.words,
        "流动党员党支部": OrganizationType.MOBILE_BRANCH,
        "临时党支部": OrganizationType.TEMPORARY_BRANCH,
        "行业党委": OrganizationType.INDUSTRY_COMMITTEE,
        "党群联组": OrganizationType.JOINT_GROUP,
        "上级党工委": OrganizationType.WORKING_COMMITTEE,
        **dict.fromkeys(("行业产业链党委", "产业链党委"), OrganizationType.INDUSTRY_COMMITTEE),
        **dict.fromkeys(("党工委", "上级党委", "工委", "上级党"), OrganizationType.WORKING_COMMITTEE),
        **dict.fromkeys(("流动党员支部", "流动支部"), OrganizationType.MOBILE_BRANCH),
        "临时支部": OrganizationType.TEMPORARY_BRANCH,
    }


class OrganizationPark(ParkColumn):
    required, fill_down = False, True
    note = _("园区名称或标识。不属于某个园区的（如街道党工委）留空，填所在辖区。")


class AreaColumn(TextColumn):
    key, title, fill_down = "area", _("所在辖区"), True
    aliases = ("所在辖区", "所属辖区", "辖区", "所在街道", "街道", "区划")
    note = _("辖区名称或区划代码。填了园区的留空。")


class TermSince(DateColumn):
    key, title = "term_since", _("本届起始")
    aliases = ("本届起始", "本届起始日期", "任期起始", "本届选举日期", "换届日期", "换届时间")
    note = _("本届班子选举产生的日期。")


class TermUntil(DateColumn):
    key, title, years_ahead = "term_until", _("本届届满"), 6
    aliases = ("本届届满", "本届届满日期", "任期届满", "届满日期", "届满时间")
    note = _("本届任期届满的日期。")


class CountedFull(FullMembers):
    required = True
    note = _("正式组织关系在这个党组织的人数，只填数字。")


class CountedProbationary(ProbationaryMembers):
    note = _("只填数字，留空时不改动。")


class CountedMobile(CountColumn):
    key, title = "mobile", _("流动党员数")
    aliases = ("流动党员数", "流动党员", "流动党员人数")
    note = _("单独统计，不计入正式和预备党员。")


class CountedOn(AsOf):
    fill_down = True


class PostColumn(ChoiceColumn):
    key, title, required, labels = "post", _("职务"), True, OfficerPost
    aliases = ("职务", "党内职务", "任职", "岗位")
    note = _("书记、副书记、委员、指导员或联络员。")
    words = {
        "书记": OfficerPost.SECRETARY,
        "副书记": OfficerPost.DEPUTY_SECRETARY,
        "委员": OfficerPost.MEMBER,
        "指导员": OfficerPost.INSTRUCTOR,
        "联络员": OfficerPost.LIAISON,
        **dict.fromkeys(("党支部书记", "支部书记", "党委书记", "总支书记"), OfficerPost.SECRETARY),
        **dict.fromkeys(("支部副书记", "党委副书记"), OfficerPost.DEPUTY_SECRETARY),
        **dict.fromkeys(("组织委员", "宣传委员", "纪检委员", "支部委员"), OfficerPost.MEMBER),
        "党建工作指导员": OfficerPost.INSTRUCTOR,
    }


class PostSince(DateColumn):
    key, title = "post_since", _("任职日期")
    aliases = ("任职日期", "任职时间", "任职起始", "当选日期")
    note = _("从哪一天起任职。留空时按上传日期。")


class PostUntil(DateColumn):
    key, title = "post_until", _("卸任日期")
    aliases = ("卸任日期", "卸任时间", "离任日期", "免职日期")
    note = _("从哪一天起不再任职，不晚于今天；仍在任的留空。")


class OfficePhone(TextColumn):
    key, title, limit = "phone", _("办公电话"), 30
    aliases = ("办公电话", "联系电话", "电话", "办公室电话", "单位电话")
    note = _("单位的座机，如 021-55550000。不填姓名和手机号。")

    def parse(self, cell: Cell) -> str:
        text = half_width(super().parse(cell))
        if personal_numbers(text):
            raise CellFault(IssueKind.PERSONAL)
        if not re.fullmatch(r"[0-9()+\-/ 转#*]{5,30}", text):
            raise CellFault(IssueKind.PHONE)
        return text
