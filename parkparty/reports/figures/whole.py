"""A long list while its report is made: the first rows at hand, the others packed away in a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from tempfile import TemporaryFile

from parkparty.core.copying import in_pieces
from parkparty.reports.choices import LISTED_ALONE, ROWS_IN_PART
from parkparty.reports.sheets import Row, packed, unpacked


class PackedRows:
    """Rows packed away in a file of their own, to be read one time after the other until it is closed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.number = 0
        self._sizes: list[int] = []
        self._file = TemporaryFile()  # noqa: SIM115  it lives as long as the report is made
        for part in in_pieces(rows, ROWS_IN_PART):
            self.number += len(part)
            self._sizes.append(self._file.write(packed(part)))

    def __iter__(self) -> Iterator[Row]:
        for part in self.parts():
            yield from unpacked(part)

    def parts(self) -> Iterator[bytes]:
        """The parts as they are kept, in their order."""
        self._file.seek(0)
        for size in self._sizes:
            yield self._file.read(size)

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def cut(rows: Iterable[Row]) -> tuple[tuple[Row, ...], PackedRows]:
    """The rows that paper shows, and all others."""
    left = iter(rows)
    return tuple(islice(left, LISTED_ALONE)), PackedRows(left)
