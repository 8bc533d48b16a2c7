"""Closed lists of the roster import: states, outcomes, what can be wrong with a file or a cell, and in which words."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class BatchState(models.TextChoices):
    CHECKING = "checking", _("正在检查")
    UNREADABLE = "unreadable", _("无法读取")
    CANCELLED = "cancelled", _("已取消检查")
    CHECKED = "checked", _("待导入")
    APPLYING = "applying", _("正在导入")
    APPLIED = "applied", _("已导入")
    UNDOING = "undoing", _("正在撤销")
    UNDONE = "undone", _("已撤销")


WRITTEN = (BatchState.APPLIED, BatchState.UNDOING, BatchState.UNDONE)
"""States of a batch that was written once, whatever became of it later."""


SHEET_SPAN = 1 << 21
"""Row numbers that each sheet of a workbook takes in a batch: more than any sheet has rows."""
ROWS_END = 1 << 31
"""No row has this number or a higher one: the database keeps none."""


class Outcome(models.TextChoices):
    """What applying a row would do to what it speaks of."""

    NEW = "new", _("新增")
    CHANGED = "changed", _("更新")
    UNCHANGED = "unchanged", _("不变")
    WRONG = "wrong", _("有问题")


class Setback(models.TextChoices):
    """Why an import that was asked for wrote nothing."""

    NONE = "", ""
    STALE = "stale", _("系统数据在检查之后有变化，已按最新数据重新检查，没有写入任何数据。核对下面的结果后再导入。")
    FAILED = "failed", _("导入中途出错，已全部撤回，没有写入任何数据。稍后再试；仍不行时把批次号告诉系统管理员。")
    UNDO = "undo", _("撤销中途出错，没有改动任何数据，这批导入仍然有效。稍后再试；仍不行时把批次号告诉系统管理员。")


class Kept(models.TextChoices):
    """Why undoing left a row as it is."""

    NONE = "", ""
    EDITED = "edited", _("导入之后又被修改")
    TAKEN = "taken", _("书记一职已由他人接任")
    NEEDED = "needed", _("导入之后新增的记录还要用到它")
    OUT_OF_REACH = "reach", _("所在园区不在撤销人的管理范围内")


class FileFault(models.TextChoices):
    """Why a whole file cannot be used; ``%(detail)s`` is filled in where the fault has one."""

    EMPTY = "empty", _("文件是空的。在 Excel 或 WPS 中打开核对，重新保存后再上传。")
    ENCRYPTED = "encrypted", _("文件设有打开密码。在 Excel 或 WPS 中取消密码，另存后再上传。")
    MACROS = "macros", _("文件含有宏。另存为不含宏的“Excel 工作簿（.xlsx）”后再上传。")
    XLSB = "xlsb", _("这是二进制工作簿（.xlsb）。在 Excel 中打开，另存为“Excel 工作簿（.xlsx）”后再上传。")
    HTML = (
        "html",
        _("这其实是网页存档或 XML 表格。在 Excel 或 WPS 中打开，另存为“Excel 工作簿（.xlsx）”后再上传。"),
    )
    WRONG_KIND = "wrong_kind", _("这不是名册文件。可上传 .xlsx、.xls、.et、.ods、.csv 或 .txt。")
    DAMAGED = "damaged", _("文件已损坏，无法读取。在 Excel 或 WPS 中打开核对，另存后再上传。")
    TOO_LARGE = "too_large", _("文件内容过大。删去名册以外的工作表、图片和空白格式，或拆成几个文件上传。")
    TOO_SLOW = "too_slow", _("读取这个文件用时过长，已停止。删去名册以外的内容，或拆成几个文件上传。")
    TOO_MANY_ROWS = "too_many_rows", _("一次最多导入 %(detail)s 行。拆成几个文件上传。")
    TOO_MANY_COLUMNS = "too_many_columns", _("列数超过 %(detail)s。删去右侧多余的列后再上传。")
    LONG_CELL = "long_cell", _("第 %(detail)s 行有单元格内容过长。缩短后再上传。")
    ENCODING = "encoding", _("认不出文字编码。另存为“CSV UTF-8”或“Excel 工作簿（.xlsx）”后再上传。")
    QUOTES = "quotes", _("CSV 第 %(detail)s 行附近的引号不成对或单元格过长。改正后再上传，或改用 .xlsx。")
    NO_HEADER = "no_header", _("没有找到表头。表头应在前 30 行内，至少有“企业名称”和“所属园区”两列；可下载模板对照。")
    HIDDEN_ONLY = "hidden_only", _("有表头的工作表是隐藏的：%(detail)s。取消隐藏后再上传。")
    MISSING_COLUMNS = "missing_columns", _("表头缺少：%(detail)s。补上这些列后再上传。")
    AMBIGUOUS_HEADER = "ambiguous_header", _("有几列对应同一项：%(detail)s。只保留一列，其余改名或删去。")
    NO_ROWS = "no_rows", _("表头下面没有数据。填写后再上传。")
    CHANGED = "file_changed", _("保存的文件与上传时不一致，已停止处理。重新上传原文件。")
    EXPIRED = "expired", _("上传后 %(detail)s 天没有导入，文件已删除。需要时重新上传。")
    FAILED = "failed", _("检查中途出错。重新上传；仍不行时把批次号告诉系统管理员。")


def fault_sentence(fault: str, detail: str) -> str:
    """Why a file cannot be used, in the reader's language; ``detail`` may name several things, a line each."""
    return str(FileFault(fault).label) % {"detail": gettext("、").join(detail.splitlines())}


class IssueKind(models.TextChoices):
    """Kinds of cell errors: the heading under which they are listed."""

    REQUIRED = "required", _("必填项为空")
    TOO_LONG = "too_long", _("内容过长")
    FORMULA = "formula", _("公式没有算出结果")
    DIGITS_LOST = "digits_lost", _("长数字丢失末几位")
    USCC_LENGTH = "length", _("统一社会信用代码位数不对")
    USCC_ALPHABET = "alphabet", _("统一社会信用代码含有不用的字符")
    USCC_CHECK = "check", _("统一社会信用代码校验位不符")
    USCC_DIFFERS = "uscc_differs", _("同名企业的信用代码不同")
    DATE = "date", _("日期无法识别")
    DATE_RANGE = "date_range", _("日期超出合理范围")
    NUMBER = "number", _("数字无法识别")
    CHOICE = "choice", _("不在可选内容之内")
    YES_NO = "yes_no", _("只能填“是”或“否”")
    DUPLICATE = "duplicate", _("文件内重复")
    SAME_NAME = "same_name", _("系统中有多家同名企业")
    ALIKE = "alike", _("可能与已有企业重复")
    ALIKE_ROWS = "alike_rows", _("文件内可能重复")
    PARK = "park", _("园区无法对应")
    INDUSTRY = "industry", _("行业代码不存在")
    FORMATION = "formation", _("组建方式无法对应")
    STATUS_DATE = "status_date", _("缺少状态起始日期")
    TENANCY_OVERLAP = "tenancy_overlap", _("入驻日期与已有记录冲突")
    COUNT_INCOMPLETE = "count_incomplete", _("党员人数不完整")
    BRANCH_NAME = "branch_name", _("缺少党组织名称")
    BRANCH_NEW = "branch_new", _("新党组织的信息不全")
    BRANCH_DIFFERS = "branch_differs", _("与系统中的党组织不一致")
    BRANCH_CONFLICT = "branch_conflict", _("同一党组织前后填写不一致")
    BRANCH_TYPE = "branch_type", _("该类党组织不能这样覆盖企业")
    BRANCH_SAME_NAME = "branch_same_name", _("系统中有多个同名党组织")
    BRANCH_TAKEN = "branch_taken", _("单独组建的党组织对应多家企业")
    BRANCH_WRONG = "branch_wrong", _("党组织的内容在另一行有误")
    SUPERIOR = "superior", _("上级党组织无法对应")
    LINK_DATE = "link_date", _("覆盖起始日期冲突")
    REPEATED = "repeated", _("文件内重复的记录")
    ORGANIZATION = "organization", _("党组织无法对应")
    SAME_ORGANIZATION = "same_organization", _("有几个同名党组织")
    AREA = "area", _("辖区无法对应")
    CODE = "code", _("组织代码不能使用")
    CIRCLE = "circle", _("上级关系形成循环")
    NO_SUPERIOR = "no_superior", _("缺少上级党组织")
    TERM = "term", _("任期日期不符")
    PERSONAL = "personal", _("含有个人号码")
    PHONE = "phone", _("办公电话无法识别")
    POST_TAKEN = "post_taken", _("已有在任书记")
    POST_ENDS = "post_ends", _("卸任日期不符")
    ENDS_EARLY = "ends_early", _("停用日期不符")
    THIS_YEAR = "this_year", _("不是往年的活动")
    NOT_FOUNDED = "not_founded", _("活动早于党组织成立")
    MORE_PRESENT = "more_present", _("实到多于应到")
    NO_AUTHOR = "no_author", _("没有填报人")


DECIDED = (IssueKind.ALIKE, IssueKind.ALIKE_ROWS, IssueKind.DUPLICATE)
"""Kinds that show two companies side by side, so that somebody decides whether they are one."""


REASONS: dict[str, Promise] = {
    IssueKind.REQUIRED: _("这一列必须填写。"),
    IssueKind.TOO_LONG: _("超过 %(limit)s 个字。"),
    IssueKind.FORMULA: _("这一格是公式，没有算出结果。"),
    IssueKind.DIGITS_LOST: _("Excel 已把这一列变成数字，末几位丢失。"),
    IssueKind.USCC_LENGTH: _("统一社会信用代码应为 18 位，现在是 %(n)s 位。"),
    IssueKind.USCC_ALPHABET: _("统一社会信用代码含有不用的字符。"),
    IssueKind.USCC_CHECK: _("统一社会信用代码末位校验不符。"),
    IssueKind.USCC_DIFFERS: _("这个园区已有同名企业，信用代码是 %(stored)s。"),
    IssueKind.DATE: _("认不出日期。"),
    IssueKind.DATE_RANGE: _("日期早于 1921 年，或在一年以后。"),
    IssueKind.NUMBER: _("应为 0 或以上的整数。"),
    IssueKind.CHOICE: _("不在可选内容之内。"),
    IssueKind.YES_NO: _("这一列只表示有没有指导员。"),
    IssueKind.DUPLICATE: _("与 %(other)s 是同一家企业。"),
    IssueKind.SAME_NAME: _("系统中有 %(n)s 家同名企业，分不清是哪一家。"),
    IssueKind.ALIKE: _("这个园区已有“%(stored)s”，名称只差公司形式或地名。"),
    IssueKind.ALIKE_ROWS: _("%(other)s 是“%(stored)s”，同在一个园区，名称只差公司形式或地名。"),
    IssueKind.PARK: _("没有找到这个园区，或它不在本账号的管理范围内。"),
    IssueKind.INDUSTRY: _("国民经济行业分类（GB/T 4754-2017）代码表中没有这个代码。"),
    IssueKind.FORMATION: _("组建方式代码表中没有这一项。"),
    IssueKind.STATUS_DATE: _("经营状态为“%(status)s”，没有写明从哪一天起。"),
    IssueKind.TENANCY_OVERLAP: _("该企业在这个园区的上一段入驻到 %(until)s 为止。"),
    IssueKind.COUNT_INCOMPLETE: _("填了预备党员数，没有填正式党员数。"),
    IssueKind.BRANCH_NAME: _("填写了党组织的其他信息，没有填写名称。"),
    IssueKind.BRANCH_NEW: _("系统中还没有这个党组织，新建须填写%(column)s。"),
    IssueKind.BRANCH_DIFFERS: _("系统中这个党组织的%(column)s是“%(stored)s”。"),
    IssueKind.BRANCH_CONFLICT: _("%(other)s 对同一党组织填的是“%(value)s”。"),
    IssueKind.BRANCH_TYPE: _("这个党组织是%(type)s，不能单独或联合覆盖企业。"),
    IssueKind.BRANCH_SAME_NAME: _("这个园区有几个同名党组织，分不清是哪一个。"),
    IssueKind.BRANCH_TAKEN: _("%(type)s只覆盖一家企业，它已对应%(other)s。"),
    IssueKind.BRANCH_WRONG: _("这个党组织在 %(other)s 的内容有误。"),
    IssueKind.SUPERIOR: _("没有找到能作上级的这个党组织，或它不在本账号的管理范围内。"),
    IssueKind.LINK_DATE: _("日期应晚于 %(limit)s（%(what)s）。"),
    IssueKind.REPEATED: _("与 %(other)s 是同一条记录。"),
    IssueKind.ORGANIZATION: _("没有找到这个党组织，或它不在本账号的管理范围内。"),
    IssueKind.SAME_ORGANIZATION: _("有 %(n)s 个党组织叫这个名称，分不清是哪一个。"),
    IssueKind.AREA: _("没有找到这个辖区，或它不在本账号的管理范围内。"),
    IssueKind.CODE: _("这个组织代码不能使用。"),
    IssueKind.CIRCLE: _("沿上级一路找上去，又回到了这个党组织。"),
    IssueKind.NO_SUPERIOR: _("新的党组织须写明上级。"),
    IssueKind.TERM: _("本届届满应晚于本届起始，两个日期一起填。"),
    IssueKind.PERSONAL: _("这一格里有手机号、身份证号或银行卡号。"),
    IssueKind.PHONE: _("不像办公电话。"),
    IssueKind.POST_TAKEN: _("这个党组织已有书记，自 %(since)s 起在任。"),
    IssueKind.POST_ENDS: _("卸任日期应晚于任职日期 %(since)s，不晚于今天。"),
    IssueKind.ENDS_EARLY: _("停用日期应晚于启用日期 %(since)s。"),
    IssueKind.THIS_YEAR: _("这里只导入 %(year)s 年以前的活动。"),
    IssueKind.NOT_FOUNDED: _("这个党组织 %(founded)s 才成立。"),
    IssueKind.MORE_PRESENT: _("实到人数多于应到人数 %(expected)s。"),
    IssueKind.NO_AUTHOR: _("活动须有填报人，命令行导入没有指明用户。"),
}
"""The sentence that says what is wrong with one cell."""

SUGGESTIONS: dict[str, Promise] = {
    IssueKind.REQUIRED: _("补填这一格。"),
    IssueKind.TOO_LONG: _("缩短到 %(limit)s 个字以内。"),
    IssueKind.FORMULA: _("改正公式，或直接填写内容。"),
    IssueKind.DIGITS_LOST: _("把该列设为文本后重填。"),
    IssueKind.USCC_LENGTH: _("对照营业执照补全或删去多余的字符。"),
    IssueKind.USCC_ALPHABET: _("代码不用字母 I、O、Z、S、V，第 3～8 位是数字；看是否把 0 写成 O、1 写成 I。"),
    IssueKind.USCC_CHECK: _("对照营业执照逐位核对。"),
    IssueKind.USCC_DIFFERS: _("核对信用代码；确为另一家企业时，把名称写全以示区别。"),
    IssueKind.DATE: _("写成 2024-01-05 或 2024年1月5日。"),
    IssueKind.DATE_RANGE: _("核对年份。"),
    IssueKind.NUMBER: _("只填数字，如 12。"),
    IssueKind.CHOICE: _("可填：%(choices)s。"),
    IssueKind.YES_NO: _("只填“是”或“否”，不填姓名。"),
    IssueKind.DUPLICATE: _("左右对照：用这一行更新前一行，或跳过这一行；不是同一家的，改正名称或信用代码。"),
    IssueKind.SAME_NAME: _("补填统一社会信用代码。"),
    IssueKind.ALIKE: _("左右对照：是同一家就更新，是另一家就新增，或跳过这一行。"),
    IssueKind.ALIKE_ROWS: _("左右对照：是同一家就用这一行更新前一行，是另一家就新增，或跳过这一行。"),
    IssueKind.PARK: _("可填：%(choices)s。"),
    IssueKind.INDUSTRY: _("填写 2～4 位代码，如 6513（应用软件开发）。"),
    IssueKind.FORMATION: _("可填：%(choices)s。"),
    IssueKind.STATUS_DATE: _("填写“状态起始日期”列。"),
    IssueKind.TENANCY_OVERLAP: _("重新入驻的，入驻日期填 %(until)s 或以后。"),
    IssueKind.COUNT_INCOMPLETE: _("补填正式党员数，没有的填 0。"),
    IssueKind.BRANCH_NAME: _("补填党组织名称，或清空这一格。"),
    IssueKind.BRANCH_NEW: _("补填这一格；若是已有的党组织，核对名称。"),
    IssueKind.BRANCH_DIFFERS: _("名册不改动已有党组织的类型、上级和批准日期。改成一致或留空，变更另行办理。"),
    IssueKind.BRANCH_CONFLICT: _("改成一致；相同的内容只填一行也可以。"),
    IssueKind.BRANCH_TYPE: _("填写独立党支部、党总支、党委或联合党支部。"),
    IssueKind.BRANCH_SAME_NAME: _("先在党组织资料中把名称区分开。"),
    IssueKind.BRANCH_TAKEN: _("覆盖多家企业的应为联合党支部；核对类型或名称。"),
    IssueKind.BRANCH_WRONG: _("先改正那一格。"),
    IssueKind.SUPERIOR: _("填写上级党组织的全称或组织代码，党支部不能作上级。"),
    IssueKind.LINK_DATE: _("核对日期。"),
    IssueKind.REPEATED: _("合并成一行，或核对两行的内容。"),
    IssueKind.ORGANIZATION: _("填写全称或组织代码；还没有的党组织先写进党组织表。"),
    IssueKind.SAME_ORGANIZATION: _("改填组织代码。"),
    IssueKind.AREA: _("可填：%(choices)s。"),
    IssueKind.CODE: _("换一个，只用字母、数字和 . _ -，或留空由系统编号。"),
    IssueKind.CIRCLE: _("核对上级党组织。"),
    IssueKind.NO_SUPERIOR: _("填写上级党组织的全称或组织代码；辖区的党工委没有上级的，填所在辖区。"),
    IssueKind.TERM: _("核对两个日期。"),
    IssueKind.PERSONAL: _("删去号码；电话只填单位座机。"),
    IssueKind.PHONE: _("填写区号和号码，如 021-55550000。"),
    IssueKind.POST_TAKEN: _("原书记已卸任的，在表中写上他的任职日期和卸任日期；或核对任职日期。"),
    IssueKind.POST_ENDS: _("核对两个日期；仍在任的留空。"),
    IssueKind.ENDS_EARLY: _("核对日期；仍在使用的留空。"),
    IssueKind.THIS_YEAR: _("核对年份；本年的活动由支部填报。"),
    IssueKind.NOT_FOUNDED: _("核对活动日期和党组织。"),
    IssueKind.MORE_PRESENT: _("核对人数。"),
    IssueKind.NO_AUTHOR: _("加上 --user 再导入。"),
}
"""What mends it."""


class Item(models.TextChoices):
    """What a changed row changes, as the preview names it."""

    NAME = "name", _("企业名称")
    USCC = "uscc", _("统一社会信用代码")
    INDUSTRY = "industry", _("行业")
    STAFF = "staff_band", _("人员规模")
    STATUS = "status", _("经营状态")
    TENANCY = "tenancy", _("入驻")
    BUILDING = "building", _("楼宇")
    BRANCH = "branch", _("覆盖它的党组织")
    FORMATION = "formation_mode", _("组建方式")
    INSTRUCTOR = "instructor", _("指导员")
    MEMBERS = "members", _("党员人数")


class Effect(models.TextChoices):
    """What applying does beside the companies of the rows; ``%(n)s`` is how many."""

    BRANCHES = "branches", _("新建党组织 %(n)s 个。")
    BUILDINGS = "buildings", _("新建楼宇 %(n)s 栋。")
    TENANCIES_ENDED = "tenancies_ended", _("结束原来的入驻记录 %(n)s 条，从新记录起始之日起。")
    LINKS_ENDED = "links_ended", _("结束原来的覆盖关系 %(n)s 条，从新关系起始之日起。")
    POSTS_ENDED = "posts_ended", _("卸任 %(n)s 个职务，其姓名和联系方式随之删除，撤销导入时姓名不恢复。")
