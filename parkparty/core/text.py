"""Folding of typed text, so that what people read as the same compares as the same."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPACE = re.compile(r"\s+")
_NOTE = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|[*:?]")
_LOOSE = re.compile(r"[\s·•・\-—_,.，。()\[\]【】「」《》“”\"']+")
_PLAIN_FORMS = str.maketrans(
    "業單位稱園區屬樓宇駐時間遷註冊從員職數類別態狀經營國際統會碼號機構黨織組總委聯獨預備導覆蓋納點據計狀級隸銷實體聞覽齊產業選",
    "业单位称园区属楼宇驻时间迁注册从员职数类别态状经营国际统会码号机构党织组总委联独预备导覆盖纳点据计状级隶销实体闻览齐产业选",
)
"""Traditional forms of the characters that labels and column titles are written with."""


def clean(text: str) -> str:
    """One line as the writer meant it: invisible marks dropped, white space folded, letters left as typed."""
    if text.isprintable() and "  " not in text and not _INVISIBLE.search(text):
        return text.strip()
    return _SPACE.sub(" ", _CONTROL.sub(" ", _INVISIBLE.sub("", text))).strip()


def half_width(text: str) -> str:
    """``clean`` with full-width letters and digits made plain (NFKC), as codes and numbers need."""
    return clean(unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """A key for comparing names: NFKC, lower case, without spaces, brackets and separators."""
    return unicodedata.normalize("NFKC", _LOOSE.sub("", half_width(text).casefold()))


def fold_label(text: str) -> str:
    """``fold`` for labels and column titles: without notes in brackets and without the star of a required field.

    Traditional forms count as the plain ones.
    """
    return fold(_NOTE.sub("", half_width(text))).translate(_PLAIN_FORMS)
