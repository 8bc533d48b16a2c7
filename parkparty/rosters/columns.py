"""One class a column of the company roster: what its title may be, and how its cells become values.

A column knows nothing of the database: names of parks and organisations stay text here and are looked up in ``check``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from parkparty.companies.choices import CompanyStatus, StaffBand, TenancyKind, staff_band
from parkparty.core.codes import uscc_fault
from parkparty.core.dates import today
from parkparty.core.text import clean, fold, fold_label, half_width
from parkparty.organizations.choices import OrganizationType
from parkparty.rosters.choices import IssueKind

Cell = str | int | float | bool | dt.date
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_ROUNDED = re.compile(r"^\d(\.\d+)?[eE]\+?\d{2}$")
_EARLIEST = dt.date(1921, 7, 1)


class CellFault(Exception):
    """A cell that cannot be taken: the kind of fault, and what its sentences need."""

    def __init__(self, kind: IssueKind, **params: object) -> None:
        super().__init__(kind, params)
        self.kind, self.params = kind, params


def shown(cell: Cell) -> str:
    """A cell as the person sees it in the sheet, near enough to find it again."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return clean(str(cell))


def text_of(cell: Cell) -> str:
    """A cell as text with plain digits and letters; Chinese punctuation stays as written.

    Raises:
        CellFault: for a number of more than 15 digits, whose last ones the spreadsheet has already lost.
    """
    rounded = _ROUNDED.match(half_width(cell)) if isinstance(cell, str) else isinstance(cell, float) and cell >= 10**15
    if rounded:
        raise CellFault(IssueKind.DIGITS_LOST)
    return clean(shown(cell).translate(_WIDE))


class Column:
    """A column of the roster. Subclasses say how a cell that is not blank is read."""

    key: ClassVar[str]
    title: ClassVar[Promise]
    aliases: ClassVar[tuple[str, ...]]
    """Titles that mean this column, the one of the template first."""
    note: ClassVar[Promise]
    required: ClassVar[bool] = False
    fill_down: ClassVar[bool] = False
    """Whether a block merged over several rows says the same for each of them."""
    nothing: ClassVar[frozenset[str]] = frozenset({"", "/", "-", "—", "——", "无"})
    """What people write into a cell that has nothing to say; such a cell is blank."""

    def is_blank(self, cell: Cell) -> bool:
        """Whether the cell says nothing."""
        return isinstance(cell, str) and clean(cell) in self.nothing

    def parse(self, cell: Cell) -> Any:
        """The value of a cell that is not blank.

        Raises:
            CellFault: saying what is wrong with it.
        """
        raise NotImplementedError

    def choices(self) -> list[str]:
        """What the template offers in a drop-down; nothing for free text."""
        return []


class TextColumn(Column):
    """One line of text."""

    limit: ClassVar[int] = 100

    def parse(self, cell: Cell) -> str:
        text = text_of(cell)
        if len(text) > self.limit:
            raise CellFault(IssueKind.TOO_LONG, limit=self.limit)
        return text


class DateColumn(Column):
    """A day: a date cell, Excel's serial number, or one of the forms in which people write it."""

    def parse(self, cell: Cell) -> dt.date:
        day = cell if isinstance(cell, dt.date) else _day(half_width(shown(cell)))
        if day is None:
            raise CellFault(IssueKind.DATE)
        if not _EARLIEST <= day <= today() + dt.timedelta(days=366):
            raise CellFault(IssueKind.DATE_RANGE)
        return day


_DAY = re.compile(r"^(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))(?:[ T].*)?$")


def _day(text: str) -> dt.date | None:
    if re.fullmatch(r"\d{5}", text):
        return dt.date(1899, 12, 30) + dt.timedelta(days=int(text))
    found = _DAY.match(text.replace(" ", "") if "年" in text else text)
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


class CountColumn(Column):
    """A whole number of people, 0 and more; ``12 人`` is read as 12."""

    def parse(self, cell: Cell) -> int:
        text = half_width(text_of(cell)).rstrip("人名家 ").replace(",", "")
        if not re.fullmatch(r"\d{1,7}(\.0+)?", text):
            raise CellFault(IssueKind.NUMBER)
        return int(float(text))


class ChoiceColumn(Column):
    """One of a closed list; ``words`` maps what people write to the value, the template's own words first."""

    words: ClassVar[dict[str, Any]]

    def parse(self, cell: Cell) -> Any:
        try:
            return self.words[fold_label(text_of(cell))]
        except KeyError:
            raise CellFault(IssueKind.CHOICE, choices="、".join(self.choices())) from None

    def choices(self) -> list[str]:
        first: dict[Any, str] = {}
        for word, value in self.words.items():
            first.setdefault(value, word)
        return list(first.values())


class CompanyName(TextColumn):
    key, title, required, limit = "name", _("企业名称"), True, 120
    aliases = ("企业名称", "单位名称", "公司名称", "企业", "单位", "公司", "企业全称", "单位全称", "法人单位名称")
    note = _("营业执照上的全称。")


class Uscc(Column):
    key, title = "uscc", _("统一社会信用代码")
    aliases = ("统一社会信用代码", "社会信用代码", "信用代码", "统一信用代码", "统一社会代码", "USCC")
    note = _("18 位，单元格设为文本。没有时留空，按企业名称对应。")

    def parse(self, cell: Cell) -> str:
        code = re.sub(r"[\s-]", "", half_width(text_of(cell))).upper()
        if fault := uscc_fault(code):
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
    key, title = "staff", _("从业人数")
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
    key, title = "instructor", _("指导员")
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
BY_KEY: dict[str, Column] = {column.key: column for column in COLUMNS}


@cache
def _by_title() -> dict[str, Column]:
    """Folded titles; those of the template count in every language of the site, whoever uploads it."""
    found = {fold_label(alias): column for column in COLUMNS for alias in column.aliases}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {fold_label(str(column.title)): column for column in COLUMNS}
    return found


def known_titles() -> dict[str, bool]:
    """Every folded title that means a column, and whether its merged blocks are filled down."""
    return {title: column.fill_down for title, column in _by_title().items()}


class HeaderFault(Exception):
    """A header that cannot be used: required columns are missing, or several columns mean the same."""

    def __init__(self, *, missing: Sequence[str] = (), ambiguous: Sequence[str] = ()) -> None:
        super().__init__(missing, ambiguous)
        self.missing, self.ambiguous = missing, ambiguous


def match_columns(titles: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Where each column stands (key → index), and the titles that mean none of them, which are not imported.

    Raises:
        HeaderFault: naming what is missing or doubled.
    """
    found: dict[str, int] = {}
    ignored, doubled = [], []
    for index, title in enumerate(titles):
        column = _by_title().get(fold_label(title))
        if column is None:
            ignored += [clean(title)] if clean(title) else []
        elif column.key in found:
            doubled.append(f"{clean(titles[found[column.key]])}／{clean(title)}")
        else:
            found[column.key] = index
    missing = [str(column.title) for column in COLUMNS if column.required and column.key not in found]
    if missing or doubled:
        raise HeaderFault(missing=missing, ambiguous=doubled)
    return found, ignored


def cell_address(column: int, row: int) -> str:
    """``D318`` for the fourth column (from 0: 3) and row 318."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
