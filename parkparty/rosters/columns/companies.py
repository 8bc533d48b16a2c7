"""The columns of the roster of companies: what the title of each may be, and how its cells are read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from parkparty.companies.choices import CompanyStatus, StaffBand, TenancyKind, staff_band
from parkparty.core.codes import true_usccs, uscc_fault
from parkparty.core.text import fold, half_width, is_simple
from parkparty.organizations.choices import OrganizationType
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

_ROUNDED = re.compile(r"^\d{15}000$")
"""What a spreadsheet makes of 18 digits; once saved as text nothing but the zeros tells."""


class CompanyName(TextColumn):
    key, title, required, limit = "name", _("企业名称"), True, 120
    aliases = ("企业名称", "单位名称", "公司名称", "企业", "单位", "公司", "企业全称", "单位全称", "法人单位名称")
    note = _("营业执照上的全称。")

    def plain(self, texts: Iterable[str]) -> list[str]:
        most = self.limit
        simple = [text for text in texts if is_simple(text) and len(text) <= most and not text[0].isdigit()]
        return [text for text in simple if text not in self.nothing]


class Uscc(Column):
    key, title = "uscc", _("统一社会信用代码")
    aliases = ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "统一社会代码", "USCC")
    note = _("18 位，单元格设为文本。没有时留空，按企业名称对应。")

    def plain(self, texts: Iterable[str]) -> list[str]:
        return true_usccs(texts)

    def parse(self, cell: Cell) -> str:
        if isinstance(cell, str) and not uscc_fault(cell):
            return cell
        code = re.sub(r"[\s-]", "", half_width(text_of(cell))).upper()
        fault = uscc_fault(code)
        if fault and _ROUNDED.match(code):
            raise CellFault(IssueKind.DIGITS_LOST)
        if fault:
            raise CellFault(IssueKind(fault), n=len(code))
        return code


class ParkColumn(TextColumn):
    key, title, required, fill_down = "park", _("所属园区"), True, True
    aliases = ("所属园区", "园区", "园区名称", "所在园区", "入驻园区")
    note = _("园区名称或标识，须在本账号的管理范围内。可合并单元格。")


class BuildingColumn(TextColumn):
    key, title, fill_down, limit = "building", _("楼宇"), True, 60
    aliases = ("楼宇", "楼宇名称", "所在楼宇", "楼栋", "办公楼", "楼号")
    note = _("系统中没有的楼宇会新建。可合并单元格。")


class TenancyKindColumn(ChoiceColumn):
    key, title = "tenancy_kind", _("入驻方式")
    aliases = ("入驻方式", "入驻类型", "注册或入驻", "是否入驻")
    note = _("新企业留空时按“实际入驻”。")
    words = {
        "实际入驻": TenancyKind.ON_SITE,
        "仅注册": TenancyKind.REGISTERED,
        **dict.fromkeys(("入驻", "实地入驻", "实体入驻", "实体", "落地", "是"), TenancyKind.ON_SITE),
        **dict.fromkeys(("注册", "注册型", "虚拟注册", "否"), TenancyKind.REGISTERED),
    }


class TenancySince(DateColumn):
    key, title = "tenancy_since", _("入驻日期")
    aliases = ("入驻日期", "入驻时间", "迁入日期", "入园日期", "入园时间")
    note = _("新企业留空时按截至日期。")


class IndustryColumn(Column):
    key, title = "industry", _("行业代码")
    aliases = ("行业代码", "行业", "行业类别", "国民经济行业代码", "所属行业", "行业分类")
    note = _("GB/T 4754-2017，2～4 位代码或门类字母；“6513 应用软件开发”取前面的代码。")

    def parse(self, cell: Cell) -> str:
        found = re.match(r"^([A-Ta-t](?![A-Za-z])|\d{1,4})", half_width(text_of(cell)))
        if not found:
            raise CellFault(IssueKind.INDUSTRY)
        code = found.group(1).upper()
        return code.zfill(2) if code.isdigit() else code


class Staff(Column):
    key, title, stored_as = "staff", _("从业人数"), "integer"
    aliases = ("从业人数", "从业人员数", "从业人员", "职工人数", "职工数", "员工人数", "员工数", "人员规模")
    note = _("人数，或“10～19人”这样的区间；只保存所在区间。")

    def parse(self, cell: Cell) -> StaffBand:
        text = half_width(text_of(cell))
        if found := re.match(r"^(\d{1,6})\s*[-~—至]\s*\d{1,6}\s*人?$|^(\d{1,6})\s*人?(?:及)?以上$", text):
            return staff_band(int(found.group(1) or found.group(2)))
        return staff_band(CountColumn().parse(cell))


class StatusColumn(ChoiceColumn):
    key, title = "status", _("经营状态")
    aliases = ("经营状态", "登记状态", "企业状态", "存续状态", "状态")
    note = _("不是“存续”时，状态起始日期也要填写。")
    words = {
        "存续": CompanyStatus.OPERATING,
        "停业": CompanyStatus.SUSPENDED,
        "吊销": CompanyStatus.REVOKED,
        "注销": CompanyStatus.DEREGISTERED,
        **dict.fromkeys(("在业", "在营", "开业", "正常", "正常经营"), CompanyStatus.OPERATING),
        **dict.fromkeys(("歇业", "停产"), CompanyStatus.SUSPENDED),
        **dict.fromkeys(("吊销未注销", "已吊销"), CompanyStatus.REVOKED),
        **dict.fromkeys(("已注销", "吊销已注销"), CompanyStatus.DEREGISTERED),
    }


class StatusSince(DateColumn):
    key, title = "status_since", _("状态起始日期")
    aliases = ("状态起始日期", "状态日期", "注销日期", "停业日期", "吊销日期")
    note = _("停业、吊销、注销从哪一天起。")


class BranchName(TextColumn):
    key, title, fill_down = "branch", _("党组织名称"), True
    aliases = (
        "党组织名称", "党组织", "所属党组织", "所在党组织", "覆盖党组织",
        "党支部名称", "所属党支部", "所在党支部", "党支部",
    )  # fmt: skip
    note = _("覆盖这家企业的党组织。几行写同一名称就是一个联合党支部。可合并单元格。")


class BranchType(ChoiceColumn):
    key, title, fill_down = "branch_type", _("党组织类型"), True
    aliases = ("党组织类型", "党组织类别", "组织类型", "支部类型")
    note = _("新建党组织须填写。")
    words = {
        "独立党支部": OrganizationType.INDEPENDENT_BRANCH,
        "联合党支部": OrganizationType.JOINT_BRANCH,
        "党总支": OrganizationType.GENERAL_BRANCH,
        "党委": OrganizationType.COMMITTEE,
        **dict.fromkeys(("独立支部", "单独党支部", "独立", "党支部"), OrganizationType.INDEPENDENT_BRANCH),
        **dict.fromkeys(("联合支部", "联合"), OrganizationType.JOINT_BRANCH),
        **dict.fromkeys(("总支", "党总支部"), OrganizationType.GENERAL_BRANCH),
        "基层党委": OrganizationType.COMMITTEE,
    }


class Superior(TextColumn):
    key, title, fill_down = "superior", _("上级党组织"), True
    aliases = ("上级党组织", "上级党组织名称", "隶属党组织", "上级组织", "上级党委")
    note = _("名称或组织代码。新建党组织须填写。可合并单元格。")


class ApprovedOn(DateColumn):
    key, title, fill_down = "approved_on", _("批准成立日期"), True
    aliases = (
        "批准成立日期", "党组织成立日期", "党组织成立时间", "支部成立日期",
        "支部成立时间", "批复日期", "批准日期",
    )  # fmt: skip
    note = _("上级批准成立党组织的日期。新建党组织须填写。")


class Formation(TextColumn):
    key, title, fill_down = "formation", _("组建方式"), True
    aliases = ("组建方式", "组建形式", "建立方式")
    note = _("代码表中的组建方式。")


class LinkSince(DateColumn):
    key, title = "link_since", _("覆盖起始日期")
    aliases = ("覆盖起始日期", "覆盖日期", "覆盖时间", "纳入日期", "纳入时间")
    note = _("党组织从哪一天起覆盖这家企业。新党组织留空时按批准成立日期，已有的按截至日期。")


class FullMembers(CountColumn):
    key, title = "full", _("正式党员数")
    aliases = ("正式党员数", "正式党员", "正式党员人数")
    note = _("这家企业的正式党员人数，只填数字。")


class ProbationaryMembers(CountColumn):
    key, title = "probationary", _("预备党员数")
    aliases = ("预备党员数", "预备党员", "预备党员人数")
    note = _("这家企业的预备党员人数，只填数字。")


class AsOf(DateColumn):
    key, title, fill_down = "as_of", _("截至日期"), True
    aliases = ("截至日期", "数据截至", "统计日期", "截止日期", "统计时点")
    note = _("这一行数据是哪一天的。留空时按上传日期。")


class Instructor(Column):
    key, title, stored_as = "instructor", _("指导员"), "bool"
    aliases = ("指导员", "党建工作指导员", "党建指导员", "是否选派指导员", "有无指导员")
    note = _("有没有选派党建工作指导员，填“是”或“否”，不填姓名。")
    nothing = Column.nothing - {"无"}

    def parse(self, cell: Cell) -> bool:
        word = fold(text_of(cell))
        if word in {"是", "有", "√", "✓", "y", "yes", "1", "true", "已选派"}:
            return True
        if word in {"否", "无", "没有", "×", "n", "no", "0", "false", "未选派"}:
            return False
        raise CellFault(IssueKind.YES_NO)

    def choices(self) -> list[str]:
        return ["是", "否"]


COLUMNS: tuple[Column, ...] = (
    CompanyName(), Uscc(), ParkColumn(), BuildingColumn(), TenancyKindColumn(), TenancySince(), IndustryColumn(),
    Staff(), StatusColumn(), StatusSince(), BranchName(), BranchType(), Superior(), ApprovedOn(), Formation(),
    LinkSince(), FullMembers(), ProbationaryMembers(), AsOf(), Instructor(),
)  # fmt: skip
