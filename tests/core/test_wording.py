"""What Django itself says on our pages: dates as everywhere else, and sentences that tell how to mend an entry."""

import datetime as dt
import re
from pathlib import Path

import django
import pytest
from babel.messages import Message
from babel.messages.pofile import read_po
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.formats import date_format, localize_input

WORDING = settings.BASE_DIR / "parkparty" / "wording"


def messages_of(path: Path) -> list[Message]:
    with path.open("rb") as file:
        return [message for message in read_po(file) if message.id]


@pytest.fixture(scope="module")
def ours() -> list[Message]:
    return messages_of(WORDING / "zh_Hans" / "LC_MESSAGES" / "django.po")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_dates_look_alike_in_every_language_and_in_the_admin(language: str) -> None:
    day = dt.date(2026, 6, 28)
    with translation.override(language):
        assert date_format(day) == date_format(day, "SHORT_DATE_FORMAT") == localize_input(day) == "2026-06-28"
        assert date_format(dt.datetime(2026, 6, 28, 9, 5, tzinfo=dt.UTC), "DATETIME_FORMAT") == "2026-06-28 09:05"


@pytest.mark.parametrize("typed", ["2026-06-28", "2026/6/28", "2026.6.28", "2026年6月28日"])
def test_a_date_is_read_as_offices_write_it(typed: str) -> None:
    with translation.override("zh-hans"):
        assert forms.DateField().clean(typed) == dt.date(2026, 6, 28)


def test_django_still_has_every_sentence_that_we_put_in_other_words(ours: list[Message]) -> None:
    stock = Path(django.__path__[0])
    known = {message.id for path in stock.glob("**/locale/en/LC_MESSAGES/django.po") for message in messages_of(path)}
    assert [message.id for message in ours if message.id not in known] == []


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        (forms.CharField(max_length=3), "四个字了", "最多 3 个字，现在有 4 个，删短后再提交。"),
        (forms.CharField(min_length=3), "两字", "至少 3 个字，现在有 2 个，补充后再提交。"),
        (forms.DecimalField(decimal_places=1), "3.14", "小数最多 1 位，核对后重新填写。"),
        (forms.IntegerField(), "12 人", "只填整数，不带小数、单位和其他文字。"),
    ],
)
def test_what_is_not_taken_is_said_in_our_words(field: forms.Field, typed: str, says: str) -> None:
    with translation.override("zh-hans"), pytest.raises(ValidationError) as refusal:
        field.clean(typed)
    assert refusal.value.messages == [says]


def test_our_words_neither_plead_nor_accuse(ours: list[Message]) -> None:
    text = "\n".join(str(message.string) for message in ours)
    assert [word for word in ("请", "抱歉", "有效", "无效", "非法") if word in text] == []


@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_every_setting_is_explained_in_both_languages(page: str) -> None:
    names = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (settings.BASE_DIR / "parkparty" / "settings.py").read_text()))
    text = (settings.BASE_DIR / page).read_text(encoding="utf-8")
    assert sorted(name for name in names if f"`{name}`" not in text) == []
