"""How much the child may read, and the one way in which it refuses a file."""

MAX_ROWS = 200_000
MAX_COLUMNS = 200
MAX_CELL = 32_767
MAX_CELLS = 5_000_000
MAX_UNPACKED = 300 * 1024 * 1024
MAX_ENTRIES = 2_000
MEMORY = 1536 * 1024 * 1024
CPU_SECONDS = 60
WALL_SECONDS = 90


class Refused(Exception):
    """The file cannot be read; ``fault`` is a value of ``choices.FileFault``, ``detail`` completes its sentence.

    ``seen`` is what was seen of a file whose header was found all the same.
    """

    def __init__(self, fault: str, detail: str = "", seen: dict[str, object] | None = None) -> None:
        super().__init__(fault, detail)
        self.fault, self.detail, self.seen = fault, detail, seen or {}
