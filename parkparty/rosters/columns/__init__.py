"""One class a column: what its title may be, and how its cells become values.

A column knows nothing of the database: names of parks and organisations stay text here and are looked up in ``check``.
"""

from parkparty.rosters.columns.cells import Cell, CellFault, ChoiceColumn, Column, DateColumn, shown, text_of
from parkparty.rosters.columns.companies import Uscc
from parkparty.rosters.columns.header import (
    HeaderFault,
    cell_address,
    column_of,
    fitting_kinds,
    known_titles,
    match_columns,
    recognise,
)
from parkparty.rosters.columns.kinds import BY_KEY, COMPANIES, KINDS, RecordKey, SheetKind

COLUMNS = COMPANIES.columns

__all__ = [
    "BY_KEY",
    "COLUMNS",
    "COMPANIES",
    "KINDS",
    "Cell",
    "CellFault",
    "ChoiceColumn",
    "Column",
    "DateColumn",
    "HeaderFault",
    "RecordKey",
    "SheetKind",
    "Uscc",
    "cell_address",
    "column_of",
    "fitting_kinds",
    "known_titles",
    "match_columns",
    "recognise",
    "shown",
    "text_of",
]
