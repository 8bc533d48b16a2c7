"""Folding of typed text, so that what people read as the same, in plain or traditional forms, compares as the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPACE = re.compile(r"\s+")
_NOTE = re.compile(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|[*:?]")
_LOOSE = re.compile(r"[\s·•・\-—_,.，。()\[\]【】「」《》“”\"']+")
_SIMPLE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff]+")
_FORMULA = re.compile(r"[\s\x00\ufeff]*[=+\-@＝＋－＠]|[\t\r\x00]")


NUMBER_DIGITS = 18
"""So many digits of a number any database takes as a key."""

_OPENCC = find_spec("opencc")
_TABLES = Path(str(_OPENCC and _OPENCC.origin)).with_name("dictionary")
"""Found without loading the package, which the process that reads rosters would wait for."""


def _table(name: str) -> dict[str, str]:
    """The first of the forms that OpenCC's table ``name`` gives for each character, where it is another one."""
    pairs = (line.split("\t") for line in (_TABLES / f"{name}.txt").read_text(encoding="utf-8").splitlines())
    return {one: other.split(" ")[0] for one, other in pairs if other.split(" ")[0] != one}


_PLAIN = _table("TSCharacters")
_PLAIN_FORMS = str.maketrans({one: _PLAIN.get(other, other) for one, other in _PLAIN.items()})
_OTHER_FORMS = frozenset(map(chr, _PLAIN_FORMS))


@cache
def _traditional_forms() -> dict[int, str]:
    return str.maketrans(_table("STCharacters"))


def is_simple(text: str) -> bool:
    """Whether plain letters, digits and characters are all of it, as of most names: cleaning leaves it as it is."""
    return _SIMPLE.fullmatch(text) is not None


def number_in(text: str) -> int | None:
    """The key or number that ``text`` spells in plain digits; None where it is anything else, or a longer one."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS else None


def clean(text: str) -> str:
    """One line as the writer meant it: invisible marks dropped, white space folded, letters left as typed."""
    if text.isprintable() and "  " not in text and not _INVISIBLE.search(text):
        return text.strip()
    return _SPACE.sub(" ", _CONTROL.sub(" ", _INVISIBLE.sub("", text))).strip()


def half_width(text: str) -> str:
    """``clean`` with full-width letters and digits made plain (NFKC), as codes and numbers need."""
    return clean(unicodedata.normalize("NFKC", text))


def harmless(text: str) -> str:
    """``text`` with an apostrophe before it where a spreadsheet would read it in a .csv file as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


@lru_cache(10_000)  # a roster names the same few parks and organisations again and again
def fold(text: str) -> str:
    """A key for comparing names: NFKC, lower case, plain forms, without spaces, brackets and separators."""
    if is_simple(text):
        text = text.casefold()
    else:
        text = unicodedata.normalize("NFKC", _LOOSE.sub("", half_width(text).casefold()))
    return text if _OTHER_FORMS.isdisjoint(text) else text.translate(_PLAIN_FORMS)


def fold_each(texts: Sequence[str]) -> list[str]:
    """``fold`` of many texts that hardly repeat: nothing is looked up for each of them that can be told of all."""
    are_plain = _OTHER_FORMS.isdisjoint("".join(texts))
    return [text.casefold() if are_plain and is_simple(text) else fold(text) for text in texts]


def fold_label(text: str) -> str:
    """``fold`` for labels and column titles: without notes in brackets and without the star of a required field."""
    return fold(_NOTE.sub("", half_width(text)))


def spellings(text: str) -> list[str]:
    """``text`` as it may be written in a column that is not folded: as typed, in plain and in traditional forms."""
    typed = clean(text)
    return list(dict.fromkeys((typed, typed.translate(_PLAIN_FORMS), typed.translate(_traditional_forms()))))
