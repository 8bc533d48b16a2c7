"""One class a column: what its title may be, and how its cells become values.

A column knows nothing of the database: names of parks and organisations stay text here and are looked up in ``check``.
"""

from parkparty.rosters.columns.cells import Cell, CellFault, ChoiceColumn, Column, DateColumn, shown, text_of
from parkparty.rosters.columns.companies import BY_KEY, COLUMNS, Uscc
from parkparty.rosters.columns.header import HeaderFault, cell_address, column_of, known_titles, match_columns

__all__ = [
    "BY_KEY",
    "COLUMNS",
    "Cell",
    "CellFault",
    "ChoiceColumn",
    "Column",
    "DateColumn",
    "HeaderFault",
    "Uscc",
    "cell_address",
    "column_of",
    "known_titles",
    "match_columns",
    "shown",
    "text_of",
]
