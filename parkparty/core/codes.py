"""Check digits of the unified social credit code (GB 32100-2015) and its organisation code (GB 11714)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import mul

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {c: value for value, c in enumerate(ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_WEIGHED = [{c: value * weight for c, value in _VALUES.items()} for weight in (*_WEIGHTS, 1)]
"""What each character counts for, by its place: the check digit makes the sum of a code a multiple of 31."""
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SHAPE = re.compile(rf"^[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{10}}$")


def uscc_check_digit(first_17: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015, 5.5)."""
    total = sum(map(mul, map(_VALUES.__getitem__, first_17), _WEIGHTS))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_code_check_digit(first_8: str) -> str:
    """The 9th character of the body for its first 8 (GB 11714): 10 is written X, 11 is 0.

    Letters count from A = 10, as in base 36.
    """
    total = sum(int(c, 36) * w for c, w in zip(first_8, _BODY_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc_fault(code: str) -> str | None:
    """Why ``code`` is not a unified social credit code: ``length``, ``alphabet`` or ``check``; None when it is.

    The body's own check digit is not demanded: registrars have issued codes that break it.
    """
    if len(code) != 18:
        return "length"
    if not _SHAPE.match(code):
        return "alphabet"
    return None if uscc_check_digit(code[:17]) == code[17] else "check"


def true_usccs(texts: Iterable[str]) -> list[str]:
    """Those of many texts that are unified social credit codes; a third of the time of ``uscc_fault`` for each."""
    codes = [text for text in texts if len(text) == 18 and _SHAPE.match(text)]
    characters = "".join(codes)
    weighed = [map(values.__getitem__, characters[at::18]) for at, values in enumerate(_WEIGHED)]
    return [code for code, total in zip(codes, map(sum, zip(*weighed, strict=True)), strict=True) if total % 31 == 0]


def uscc_from_body(registrar: str, division: str, body_8: str) -> str:
    """A whole code from the registrar's two characters, a six-digit division and an eight-character body."""
    first_17 = f"{registrar}{division}{body_8}{organisation_code_check_digit(body_8)}"
    return first_17 + uscc_check_digit(first_17)
