"""What a password may not be. Length and similarity are Django's own; each sentence says how to mend it."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parkparty.core.text import half_width

KNOWN_HERE = frozenset({"aa123456", "woaini1314", "woaini520", "abc123456", "qq123456", "a1b2c3d4", "dangjian"})
"""Favourites of Chinese leaks that Django's list of 20,000 lacks, without their repetitions and tails."""

_DISGUISES = str.maketrans("@4031!5$7", "aaoeiisst")
_ROWS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn")
_RUN = 4
_TAIL = re.compile(r"[\d\W_]+$")
_CLASSES = (r"[a-z]", r"[A-Z]", r"\d", r"[^a-zA-Z\d]")


class WellKnown(CommonPasswordValidator):
    """Refuses what stands in lists of leaked passwords, also disguised (``Passw0rd!``), repeated or given a tail."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = half_width(password).casefold()
        stem = _TAIL.sub("", plain)
        written = {plain, _once(plain), plain.translate(_DISGUISES), stem, stem.translate(_DISGUISES)}
        if written & (self.passwords | KNOWN_HERE):
            raise ValidationError(_("这个密码太常见，排在被猜的前列。换几个互不相干的词连起来。"), code="well_known")
        if len(_once(plain)) <= _RUN or _is_one_run(plain):
            raise ValidationError(_("这个密码是连续或重复的字符，容易猜到。换几个互不相干的词连起来。"), code="one_run")


class Composition:
    """Asks for three of: small letters, capitals, digits, other characters (GB/T 22239-2019 8.1.4.1, 复杂度)."""

    wanted = 3

    def validate(self, password: str, user: Any = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in _CLASSES) < self.wanted:
            raise ValidationError(
                _("密码至少包含这四类中的三类：小写字母、大写字母、数字、其他字符（汉字也算）。"), code="composition"
            )

    def get_help_text(self) -> str:
        return _("至少包含小写字母、大写字母、数字、其他字符中的三类。")


def _once(text: str) -> str:
    """The part that ``text`` repeats: ``aa123456`` of ``aa123456aa123456``."""
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text == text[:length] * (len(text) // length):
            return text[:length]
    return text


def _is_one_run(text: str) -> bool:
    """Whether most neighbours in ``text`` are neighbours on a row of keys, in the alphabet or among the digits."""
    steps = {way[i : i + 2] for row in _ROWS for way in (row, row[::-1]) for i in range(len(row) - 1)}
    pairs = [text[i : i + 2] for i in range(len(text) - 1)]
    return bool(pairs) and sum(pair in steps or pair[0] == pair[1] for pair in pairs) >= 0.8 * len(pairs)
