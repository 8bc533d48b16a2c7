"""What a notice says about a meeting: date, place, types, topic. Plain patterns; what it does not say stays empty."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from parkparty.core.text import clean

LONGEST_NOTICE = 5000
"""Characters read; a longer text is not a notice."""

ALSO_CALLED = {
    "branch_assembly": ("党员大会",),
    "committee_meeting": ("支委会", "支部委员会"),
    "group_meeting": ("党小组会议",),
    "theme_day": ("党日活动", "固定党日"),
    "member_review": ("民主评议",),
    "heart_talk": ("谈心", "谈话"),
    "salon": ("沙龙",),
    "volunteer": ("志愿者", "义工"),
}
"""What people write for a type, by its code, beside its own name."""

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_FULL_DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?")
_DAY = re.compile(r"(?<!\d)(\d{1,2})\s*(?:月\s*(\d{1,2})\s*[日号]|[./](\d{1,2})(?![\d./]))")
_NEAR = {"前天": -2, "昨天": -1, "昨晚": -1, "今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明晚": 1, "后天": 2}
_WEEKDAY = re.compile(r"(上|本|这|下)?(?:周|星期|礼拜)([一二三四五六日天])")
_PLACE = re.compile(r"(?:地点|地址)\s*[:：]\s*([^，。；;\n]+)")
_HELD_AT = re.compile(r"在([^，。；;：:\n]{2,30}?)(?:召开|举行|举办|开展|集合|进行)")
_TOPIC = re.compile(r"(?:主题|议题|题目|内容|议程)\s*[:：]\s*([^\n]+)")
_TITLE = re.compile(r"关于(?:召开|开展|举办|组织|举行)?([^\n]{2,60}?)的通知")


@dataclass(frozen=True, slots=True)
class Notice:
    """What was found; nothing where the text does not say."""

    held_on: dt.date | None
    place: str
    types: list[str]
    topic: str


def read_notice(text: str, types: Mapping[str, str], on: dt.date) -> Notice:
    """Read ``text`` as somebody would who gets it on ``on``; ``types`` are codes with their names."""
    lines = [clean(line) for line in text[:LONGEST_NOTICE].translate(_DIGITS).splitlines()]
    plain = "\n".join(filter(None, lines))
    return Notice(_day(plain, on), _place(plain), _types(plain, types), _topic(plain))


def _day(text: str, on: dt.date) -> dt.date | None:
    if found := _FULL_DAY.search(text):
        return _date(*(int(part) for part in found.groups()))
    if found := _DAY.search(text):
        month, day = int(found[1]), int(found[2] or found[3])
        years = [date for year in (-1, 0, 1) if (date := _date(on.year + year, month, day))]
        return min(years, key=lambda date: abs(date - on), default=None)
    for word, days in _NEAR.items():
        if word in text:
            return on + dt.timedelta(days=days)
    if found := _WEEKDAY.search(text):
        weeks = {"上": -1, "下": 1}.get(found[1] or "", 0)
        monday = on - dt.timedelta(days=on.weekday()) + dt.timedelta(weeks=weeks)
        return monday + dt.timedelta(days="一二三四五六日".find(found[2].replace("天", "日")))
    return None


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _place(text: str) -> str:
    found = _PLACE.search(text) or _HELD_AT.search(text)
    return found[1].strip()[:100] if found else ""


def _types(text: str, types: Mapping[str, str]) -> list[str]:
    return [code for code, name in types.items() if any(word in text for word in (name, *ALSO_CALLED.get(code, ())))]


def _topic(text: str) -> str:
    found = _TOPIC.search(text) or _TITLE.search(text)
    return found[1].strip(" 。；;")[:100] if found else ""
