"""A file becomes a roster: read, its columns told apart with what the office calls them, and what was seen noted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from parkparty.access.models import Grant
from parkparty.access.permissions import ROLES_FOR, Action
from parkparty.accounts.models import User
from parkparty.audit.services import record
from parkparty.core.dates import today
from parkparty.core.text import clean, fold_label
from parkparty.rosters.check.rows import Repairs, Roster, read_rows
from parkparty.rosters.choices import FileFault
from parkparty.rosters.columns import BY_KEY, COLUMNS, HeaderFault, column_of, known_titles, shown
from parkparty.rosters.models import HeaderAlias, RosterBatch
from parkparty.rosters.sheets.limits import Refused
from parkparty.rosters.sheets.reading import Sheet, Workbook, read

SAMPLES = 3
_SHOWN_COLUMNS = 50
_SHOWN_LENGTH = 24
_NUMBER = re.compile(r"(?<=\d{3})\d(?=\d{3})")
"""The inner digits of long numbers, which may be somebody's telephone or identity."""


def read_roster(
    path: Path, *, filename: str, aliases: Mapping[str, str] | None = None, repairs: Repairs | None = None
) -> Roster:
    """The rows of a file, from its first sheet that has the columns we need, with what was typed in place of its cells.

    Raises:
        Refused: with the fault, when the file, its header or its emptiness makes it useless.
    """
    aliases = aliases or {}
    book = read(path, filename=filename, known=known_titles(aliases))
    sheet = next((sheet for sheet in book.sheets if _has_required(sheet, aliases)), book.sheets[0])
    if not sheet.rows:
        raise Refused(FileFault.NO_ROWS)
    seen = _seen(book, sheet, aliases)
    try:
        roster = read_rows(sheet, aliases, repairs)
    except HeaderFault as fault:
        if fault.ambiguous:
            raise Refused(FileFault.AMBIGUOUS_HEADER, "、".join(fault.ambiguous), seen) from fault
        raise Refused(FileFault.MISSING_COLUMNS, "、".join(fault.missing), seen) from fault
    roster.seen = seen
    return roster


def _has_required(sheet: Sheet, aliases: Mapping[str, str]) -> bool:
    found = {column.key for title in sheet.titles if (column := column_of(title, aliases))}
    return all(column.key in found for column in COLUMNS if column.required)


def _seen(book: Workbook, sheet: Sheet, aliases: Mapping[str, str]) -> dict[str, Any]:
    """What the batch's page tells of the file beside its rows."""
    means = [column_of(title, aliases) for title in sheet.titles]
    unmatched = [
        _describe(sheet, at, clean(title), skipped=fold_label(title) in aliases)
        for at, title in enumerate(sheet.titles)
        if means[at] is None and clean(title)
    ]
    return {
        "unmatched": unmatched[:_SHOWN_COLUMNS],
        "matched": [column.key for column in means if column],
        "rows": len(sheet.rows),
        "hidden_rows": sheet.hidden_rows,
        "hidden_columns": [clean(sheet.titles[at]) for at in sheet.hidden_columns if means[at]],
        "filled": sheet.filled,
        "hidden_sheets": book.hidden_sheets[:20],
        "other_sheets": [other.name for other in book.sheets if other is not sheet][:20],
    }


def _describe(sheet: Sheet, at: int, title: str, *, skipped: bool) -> dict[str, Any]:
    """A column that means nothing to us: its title, how much of it is filled, and a few of its cells."""
    cells = (row[at] for _number, row in sheet.rows if at < len(row))
    texts = [text for cell in cells if (text := shown(cell))]
    few = list(dict.fromkeys(_NUMBER.sub("*", text[:_SHOWN_LENGTH]) for text in texts[:100]))[:SAMPLES]
    return {"title": title[:100], "filled": len(texts), "samples": few, "skipped": skipped}


def aliases_of(user: User | None) -> dict[str, str]:
    """What the offices of ``user`` call their columns: folded titles and the keys they mean, blank for none."""
    found = HeaderAlias.objects.filter(office__in=["", *offices_of(user)]).order_by("office")
    return dict(found.values_list("title", "column"))


def offices_of(user: User | None) -> list[str]:
    """The nodes on which ``user`` administers today, as ``HeaderAlias`` names them; the whole site for a superuser."""
    if user is None or user.is_superuser:
        return [""]
    grants = Grant.objects.filter(user=user, role__in=ROLES_FOR[Action.IMPORT_ROSTER]).valid_on(today())
    nodes = (
        ("area", grant.area_id)
        if grant.area_id
        else ("park", grant.park_id)
        if grant.park_id
        else ("organization", grant.organization_id)
        for grant in grants
    )
    return sorted({f"{kind}:{number}" for kind, number in nodes})


@transaction.atomic
def assign_columns(batch: RosterBatch, meanings: Mapping[str, str], *, by: User) -> None:
    """Remember for the offices of ``by`` what unmatched columns of ``batch`` mean: title → key, blank for not imported.

    Raises:
        ValidationError: when one column of the roster would stand in two columns of the sheet.
    """
    if not batch.may_assign:
        raise ValidationError(_("这个批次现在不能对应列：%(state)s。") % {"state": batch.get_state_display()})
    taken = [*batch.seen.get("matched", []), *(key for key in meanings.values() if key)]
    twice = {key for key in taken if taken.count(key) > 1}
    if twice:
        names = "、".join(str(BY_KEY[key].title) for key in sorted(twice))
        raise ValidationError(_("有几列对应同一项：%(names)s。每一项只选一列。") % {"names": names})
    for office in offices_of(by):
        for title, key in meanings.items():
            HeaderAlias.objects.update_or_create(office=office, title=fold_label(title)[:100], defaults={"column": key})
    changes = {title: [None, key or "—"] for title, key in meanings.items()}
    record(_("对应名册的列"), batch, by=by, changes=changes)
