"""Which column of a sheet means what, told by its title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from django.conf import settings
from django.utils.translation import override

from parkparty.core.text import clean, fold_label
from parkparty.rosters.columns.cells import Column, DateColumn
from parkparty.rosters.columns.companies import BY_KEY, COLUMNS

_NO_ALIASES: Mapping[str, str] = {}


@cache
def _by_title() -> dict[str, Column]:
    """Folded titles; those of the template count in every language of the site, whoever uploads it."""
    found = {fold_label(alias): column for column in COLUMNS for alias in column.aliases}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {fold_label(str(column.title)): column for column in COLUMNS}
    return found


def known_titles(aliases: Mapping[str, str] = _NO_ALIASES) -> dict[str, dict[str, bool]]:
    """Every folded title that means a column: whether its merged blocks are filled down, and whether it holds days."""
    theirs = {title: BY_KEY[key] for title, key in aliases.items() if key in BY_KEY}
    return {
        title: {"fill": column.fill_down, "date": isinstance(column, DateColumn)}
        for title, column in {**theirs, **_by_title()}.items()
    }


class HeaderFault(Exception):
    """A header that cannot be used: required columns are missing, or several columns mean the same."""

    def __init__(self, *, missing: Sequence[str] = (), ambiguous: Sequence[str] = ()) -> None:
        super().__init__(missing, ambiguous)
        self.missing, self.ambiguous = missing, ambiguous


def column_of(title: str, aliases: Mapping[str, str] = _NO_ALIASES) -> Column | None:
    """What the column titled ``title`` means: its own titles first, then what an office calls it (folded → key)."""
    folded = fold_label(title)
    return _by_title().get(folded) or BY_KEY.get(aliases.get(folded, ""))


def match_columns(titles: Sequence[str], aliases: Mapping[str, str] = _NO_ALIASES) -> tuple[dict[str, int], list[str]]:
    """Where each column stands (key → index), and the titles that mean none of them, which are not imported.

    Raises:
        HeaderFault: naming what is missing or doubled.
    """
    found: dict[str, int] = {}
    ignored, doubled = [], []
    for index, title in enumerate(titles):
        column = column_of(title, aliases)
        if column is None:
            ignored += [clean(title)] if clean(title) else []
        elif column.key in found:
            doubled.append(f"{clean(titles[found[column.key]])}／{clean(title)}")
        else:
            found[column.key] = index
    missing = [str(column.title) for column in COLUMNS if column.required and column.key not in found]
    if missing or doubled:
        raise HeaderFault(missing=missing, ambiguous=doubled)
    return found, ignored


def cell_address(column: int, row: int) -> str:
    """``D318`` for the fourth column (from 0: 3) and row 318."""
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
