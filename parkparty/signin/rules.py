"""Second factors, addresses and devices as plain values: nothing here asks the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import re
import secrets
from dataclasses import dataclass
from urllib.parse import quote

import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

STEP_SECONDS = 30
_DIGITS = 6
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I, which people mix up
_CODE_GROUPS, _CODE_GROUP = 3, 4
RECOVERY_CODES = 10

_BROWSERS = (
    ("MicroMessenger", gettext_lazy("微信")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("QQBrowser", gettext_lazy("QQ 浏览器")),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", gettext_lazy("鸿蒙")),
    ("Android", gettext_lazy("安卓手机")),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def new_secret() -> str:
    """A fresh key for an authenticator: 160 random bits in base 32, as RFC 4226 recommends."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp(secret: str, step: int) -> str:
    """The six digits of ``secret`` in the ``step``-th half minute since 1970 (RFC 6238, HMAC-SHA-1)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}d}"


def step_of(secret: str, code: str, *, now: float) -> int | None:
    """The half minute of ``code``: this one or a neighbour, for clocks that differ; None for a wrong code."""
    current, typed = int(now // STEP_SECONDS), code.encode(errors="replace")
    matching = [s for s in (current, current - 1, current + 1) if hmac.compare_digest(totp(secret, s).encode(), typed)]
    return matching[0] if matching else None


def is_totp_shaped(code: str) -> bool:
    """Whether ``code`` could come from an authenticator, rather than from the list of recovery codes."""
    return bool(re.fullmatch(rf"[0-9]{{{_DIGITS}}}", code))


def new_recovery_codes() -> list[str]:
    """Ten codes of 60 random bits, ``7K3M-9QXA-2FHT``."""

    def group() -> str:
        return "".join(secrets.choice(_LETTERS) for _letter in range(_CODE_GROUP))

    return ["-".join(group() for _group in range(_CODE_GROUPS)) for _code in range(RECOVERY_CODES)]


def plain_code(typed: str) -> str:
    """A code as it was given out, however it was spaced, dashed or capitalised when typed."""
    return re.sub(r"[\s\-—–]", "", typed).upper()


def _boxes() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"parkparty.signin.authenticator" + key.encode()).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(secret: str) -> str:
    """``secret`` as it is stored: a copy of the database alone gives nobody a second factor."""
    return _boxes().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """The secret behind ``sealed``; nothing when SECRET_KEY has changed since and is not among the fallbacks."""
    try:
        return _boxes().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as a path of one square a module, with its side in modules."""

    path: str
    side: int


def enrolment_address(secret: str, username: str) -> str:
    """What authenticator apps read from the QR code."""
    site = _("园区党建")
    return f"otpauth://totp/{quote(f'{site}:{username}')}?secret={secret}&issuer={quote(site)}"


def qr_code(text: str) -> QrCode:
    """``text`` as a QR code with the quiet zone of four modules that readers need."""
    border = 4
    matrix = segno.make(text, error="m", micro=False).matrix
    dots = [(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark]
    path = "".join(f"M{x + border} {y + border}h1v1h-1z" for x, y in dots)
    return QrCode(path, len(matrix) + 2 * border)


def neighbourhood(address: str) -> str:
    """What limits count by: an IPv4 address, or the /64 of an IPv6 one, which belongs to a single line."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def masked(address: str) -> str:
    """An address as its owner is shown it: enough to tell home from office, ``101.82.*.*``."""
    if "." in address:
        return ".".join(address.split(".")[:2]) + ".*.*"
    return ":".join(address.split(":")[:2]) + ":*" if address else _("未知地址")


def device(agent: str) -> str:
    """A browser's own long name in two words: ``Edge（Windows）``."""
    browser = next((str(name) for mark, name in _BROWSERS if mark in agent), _("浏览器"))
    system = next((str(name) for mark, name in _SYSTEMS if mark in agent), "")
    return _("%(browser)s（%(system)s）") % {"system": system, "browser": browser} if system else browser
