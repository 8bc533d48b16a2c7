"""Terms as a calendar file (RFC 5545): whole days, no person, nothing but names of organisations and dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _

from parkparty.rules.figures import Term

LINE = 75
"""Octets in a line; longer ones are folded."""


def calendar_of(terms: Iterable[Term], on: dt.date) -> bytes:
    """A calendar with the day of each letter and the day on which each term ends."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//ParkParty//terms//ZH", "CALSCALE:GREGORIAN"]
    for term in terms:
        name = str(term.organization)
        if term.remind_on:
            lines += _event(term, "letter", term.remind_on, _("发换届提醒函：%(name)s") % {"name": name}, on)
        lines += _event(term, "end", term.due_on, _("任期届满：%(name)s") % {"name": name}, on)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _event(term: Term, kind: str, day: dt.date, text: str, on: dt.date) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{term.organization.code}-{term.due_on:%Y%m%d}-{kind}@parkparty",
        f"DTSTAMP:{on:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + dt.timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(text)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """The line in UTF-8, broken before it gets too long, never inside a character."""
    folded, width = b"", 0
    for char in line:
        octets = char.encode()
        if width + len(octets) > LINE:
            folded, width = folded + b"\r\n ", 1
        folded, width = folded + octets, width + len(octets)
    return folded
