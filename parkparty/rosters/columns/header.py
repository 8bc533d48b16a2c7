"""Which column of a sheet means what, told by its title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from django.conf import settings
from django.utils.translation import override

from parkparty.core.text import clean, fold_label
from parkparty.rosters.columns.cells import Column, DateColumn
from parkparty.rosters.columns.kinds import COMPANIES, KINDS, SheetKind

_NO_ALIASES: Mapping[str, str] = {}


@cache
def _by_title(kind: SheetKind) -> dict[str, Column]:
    """Folded titles; those of the template count in every language of the site, whoever uploads it."""
    found = {fold_label(alias): column for column in kind.columns for alias in column.aliases}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {fold_label(str(column.title)): column for column in kind.columns}
    return found


def known_titles(aliases: Mapping[str, str] = _NO_ALIASES) -> dict[str, dict[str, bool]]:
    """Every folded title that means a column: whether its merged blocks are filled down, and whether it holds days.

    Where kinds of sheets differ, the first of them decides: a sheet is read before anybody knows what it holds.
    """
    found: dict[str, dict[str, bool]] = {}
    for kind in (COMPANIES, *KINDS.values()):
        theirs = {title: kind.by_key[key] for title, key in aliases.items() if key in kind.by_key}
        for title, column in {**theirs, **_by_title(kind)}.items():
            found.setdefault(title, {"fill": column.fill_down, "date": isinstance(column, DateColumn)})
    return found


def fitting_kinds(titles: Sequence[str], aliases: Mapping[str, str] = _NO_ALIASES) -> list[str]:
    """The keys of the kinds whose required columns are all there."""
    return [
        kind.key
        for kind in KINDS.values()
        if kind.required <= {column.key for title in titles if (column := column_of(title, aliases, kind))}
    ]


def recognise(titles: Sequence[str], aliases: Mapping[str, str] = _NO_ALIASES) -> tuple[SheetKind, bool]:
    """What a sheet with these titles most likely holds, and whether it has all columns that this needs."""

    def fit(kind: SheetKind) -> tuple[bool, int]:
        found = {column.key for title in titles if (column := column_of(title, aliases, kind))}
        return kind.required <= found, len(found)

    best = max((COMPANIES, *KINDS.values()), key=fit)
    return best, fit(best)[0]


class HeaderFault(Exception):
    """A header that cannot be used: required columns are missing, or several columns mean the same."""

    def __init__(self, *, missing: Sequence[str] = (), ambiguous: Sequence[str] = ()) -> None:
        super().__init__(missing, ambiguous)
        self.missing, self.ambiguous = missing, ambiguous


def column_of(title: str, aliases: Mapping[str, str] = _NO_ALIASES, kind: SheetKind = COMPANIES) -> Column | None:
    """What the column titled ``title`` means: its own titles first, then what an office calls it (folded → key)."""
    folded = fold_label(title)
    return _by_title(kind).get(folded) or kind.by_key.get(aliases.get(folded, ""))


def match_columns(
    titles: Sequence[str], aliases: Mapping[str, str] = _NO_ALIASES, kind: SheetKind = COMPANIES
) -> tuple[dict[str, int], list[str]]:
    """Where each column stands (key → index), and the titles that mean none of them, which are not imported.

    Raises:
        HeaderFault: naming what is missing or doubled.
    """
    found: dict[str, int] = {}
    ignored, doubled = [], []
    for index, title in enumerate(titles):
        column = column_of(title, aliases, kind)
        if column is None:
            ignored += [clean(title)] if clean(title) else []
        elif column.key in found:
            doubled.append(f"{clean(titles[found[column.key]])}／{clean(title)}")
        else:
            found[column.key] = index
    missing = [str(column.title) for column in kind.columns if column.required and column.key not in found]
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
