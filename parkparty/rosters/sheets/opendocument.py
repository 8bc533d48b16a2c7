"""What an .ods says of its rows beside their values."""

from __future__ import annotations

import re

from parkparty.rosters.sheets.limits import MAX_CELLS, Refused

_TAG = re.compile(rb"<table:table(?:-row)?(?=[\s/>])[^>]*>")
_REPEATED = re.compile(rb'table:number-rows-repeated="(\d{1,9})"')
_FULL_AGAIN = re.compile(rb'<table:table-cell\b(?=[^>]*office:value)[^>]*number-columns-repeated="(\d{1,9})"')
_HIDDEN = (b'table:visibility="collapse"', b'table:visibility="filter"')
_FAR = 2_000_000
"""No spreadsheet has more rows; what says so is made to trip its reader."""


def hidden_rows(content: bytes) -> list[set[int]]:
    """The hidden rows of each table of ``content.xml``, from 0.

    Raises:
        Refused: for a table that repeats its cells beyond what we read.
    """
    if sum(int(times) for times in _FULL_AGAIN.findall(content)) > MAX_CELLS:
        raise Refused("too_large")
    tables: list[set[int]] = []
    at = 0
    for tag in _TAG.findall(content):
        if not tag.startswith(b"<table:table-row"):
            tables.append(set())
            at = 0
            continue
        repeated = _REPEATED.search(tag)
        times = int(repeated[1]) if repeated else 1
        if at + times > _FAR:
            raise Refused("damaged")
        if tables and any(sign in tag for sign in _HIDDEN):
            tables[-1].update(range(at, at + times))
        at += times
    return tables
