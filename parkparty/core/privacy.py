"""What must not stand in free text: numbers that point to one person. Found to warn the writer, and to mask them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from parkparty.core.text import half_width

_GAP = r"[ \-]?"
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{16}[\dXx](?![0-9A-Za-z])")
_MOBILE = re.compile(rf"(?<![0-9A-Za-z])(?:\+?86{_GAP})?1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}(?![0-9A-Za-z])")
_CARD = re.compile(rf"(?<![0-9A-Za-z])[3-6]\d{{3}}(?:{_GAP}\d{{4}}){{3}}(?:{_GAP}\d{{1,3}})?(?![0-9A-Za-z])")
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class PersonalKind(StrEnum):
    IDENTITY = "identity"
    MOBILE = "mobile"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class PersonalNumber:
    """One number found: its kind, and how it may be shown (``138****5678``)."""

    kind: PersonalKind
    masked: str


def is_identity_number(number: str) -> bool:
    """Whether ``number`` is an 18-digit citizen identity number: a birth date and the check digit of GB 11643-1999."""
    if not _IDENTITY.fullmatch(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, _IDENTITY_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def is_card_number(digits: str) -> bool:
    """Whether 16 to 19 ``digits`` have the check digit of a bank card (ISO/IEC 7812-1, Luhn)."""
    doubled = [int(d) * (1 + i % 2) for i, d in enumerate(reversed(digits))]
    return 16 <= len(digits) <= 19 and sum(n // 10 + n % 10 for n in doubled) % 10 == 0


def personal_numbers(text: str) -> list[PersonalNumber]:
    """Identity, mobile and bank card numbers in ``text``, however wide or spaced they are written; each once."""
    plain = half_width(text)
    found = [(PersonalKind.IDENTITY, n) for n in _IDENTITY.findall(plain) if is_identity_number(n)]
    found += [(PersonalKind.MOBILE, _digits(n)[-11:]) for n in _MOBILE.findall(plain)]
    known = {number for _kind, number in found}
    cards = (_digits(n) for n in _CARD.findall(plain))
    found += [(PersonalKind.CARD, n) for n in cards if n not in known and is_card_number(n)]
    return list(dict.fromkeys(PersonalNumber(kind, _masked(number)) for kind, number in found))


def masked(text: str) -> str:
    """``text`` with every number that may point to a person shown by its ends only; a text without any as it is."""
    if not personal_numbers(text):
        return text
    return "\n".join(_masked_line(half_width(line)) for line in text.splitlines())


def _masked_line(line: str) -> str:
    line = _IDENTITY.sub(lambda found: _masked(found[0]) if is_identity_number(found[0]) else found[0], line)
    line = _MOBILE.sub(lambda found: _masked(_digits(found[0])[-11:]), line)
    return _CARD.sub(lambda found: _masked(_digits(found[0])) if is_card_number(_digits(found[0])) else found[0], line)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _masked(number: str) -> str:
    return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
