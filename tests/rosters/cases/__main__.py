"""Writes the made files and their expected outcomes into a folder."""

import sys
from pathlib import Path

from tests.rosters.cases import contents, hostile, shapes

CASES = [*hostile.CASES, *shapes.CASES, *contents.CASES]


def write_all(folder: Path) -> int:
    """Write every case into ``folder``; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    for case in CASES:
        case.write(folder)
    return len(CASES)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
