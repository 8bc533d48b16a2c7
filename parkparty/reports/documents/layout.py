"""An office's own layout of Word: a .docx whose {{places}} are filled in. It is data, nothing in it is run.

Places are 标题, 单位, 报告期, 截至, 数据时间, the id of any number, and 正文 on a line of its own for the report.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from docx import Document

from parkparty.core.files import child_process
from parkparty.core.text import clean
from parkparty.reports.documents import checking, word
from parkparty.reports.documents.blocks import Imprint
from parkparty.reports.documents.checking import BODY, PLACE, is_body, pieces_of, text_of
from parkparty.reports.sheets import Report

MOST_BYTES = 2 * 1024 * 1024
WALL_SECONDS = 20
CELL_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*([._][A-Za-z0-9]+)*")
COVER = ("单位", "报告期", "截至")
WORDS = ("标题", "数据时间", *COVER)

FAULTS = {
    "damaged": gettext_lazy("不是能打开的 .docx 文件，用 Word 或 WPS 另存为 .docx 再上传。"),
    "too_large": gettext_lazy("解开后太大，去掉图片再上传。"),
    "part": gettext_lazy("含有宏、嵌入的对象或其他不用的内容：%(what)s，去掉后再上传。"),
    "link": gettext_lazy("含有指向外部的链接：%(what)s，去掉后再上传。"),
    "field": gettext_lazy("含有页码、目录以外的域：%(what)s，去掉后再上传。"),
    "code": gettext_lazy("含有不能填写的写法：%(what)s，只用 {{名称}}。"),
    "body": gettext_lazy("正文里要有且只有一处 {{正文}}，单独成一段。"),
}


def check(content: bytes) -> None:
    """Refuse what is no harmless layout, before anything of it is kept.

    Raises:
        ValidationError: what is wrong, and how to mend it.
    """
    if len(content) > MOST_BYTES:
        raise ValidationError(_("模板超过 2 MB，去掉图片再上传。"))
    with child_process(checking.__name__, seconds=WALL_SECONDS) as child:
        try:
            told = json.loads(child.communicate(content)[0])
        except (OSError, ValueError):
            told = {"faults": [["damaged", ""]]}
    for fault, what in told["faults"]:
        raise ValidationError(FAULTS[fault] % {"what": what} if what else str(FAULTS[fault]))
    strange = [name for name in told["names"] if name not in (*WORDS, BODY) and not CELL_ID.fullmatch(name)]
    if strange:
        raise ValidationError(FAULTS["code"] % {"what": _("、").join(strange[:5])})


def missing_in(content: bytes, report: Report) -> list[str]:
    """The names in a checked layout that ``report`` has nothing for."""
    known = {*WORDS, BODY, *report.cells}
    names = {name for part in _parts(_opened(content)) for name in PLACE.findall("".join(map(text_of, _lines(part))))}
    return sorted(names - known)


def write(report: Report, imprint: Imprint, content: bytes) -> bytes:
    """The report as .docx in a checked layout; a number that the report lacks is —."""
    document = _opened(content)
    values = _values(report, imprint)
    for part in _parts(document):
        for paragraph in _lines(part):
            _fill(paragraph, values)
    _place_body(document, report)
    return word.packed(document, report, imprint)


def _opened(content: bytes) -> Any:
    return Document(io.BytesIO(content))


def _parts(document: Any) -> Iterator[Any]:
    """The roots of the body and of every header and footer."""
    yield document.element.body
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/header", "/footer")):
            yield relation.target_part.element


def _lines(part: Any) -> list[Any]:
    return list(part.iter(f"{checking.NAMESPACE}p"))


def _values(report: Report, imprint: Imprint) -> dict[str, str]:
    cover = dict(report.cover)
    words = {"标题": report.title, "数据时间": imprint.text, **{name: cover.get(_(name), "") for name in COVER}}
    return {**{id: cell.text for id, cell in report.cells.items()}, **words}


def _fill(paragraph: Any, values: Mapping[str, str]) -> None:
    """Put the values where the names stand; the words take the look of the first piece of the paragraph."""
    text = text_of(paragraph)
    if "{{" not in text or is_body(paragraph):
        return
    first, *rest = pieces_of(paragraph)
    first.text = PLACE.sub(lambda found: clean(values.get(found[1], "—")), text)
    first.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    for node in rest:
        node.text = ""


def _place_body(document: Any, report: Report) -> None:
    """Write the report at the end and move it to where it belongs."""
    body = document.element.body
    place = next(filter(is_body, body))
    before = set(body)
    word.add_missing_styles(document)
    word.write_body(document, report)
    for element in [child for child in body if child not in before]:
        place.addprevious(element)
    body.remove(place)
