"""A batch's file in the storage, and beside it its rows as they were read: a repair need not read the file again."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.files.base import File
from django.core.files.storage import Storage

from parkparty.rosters.columns import known_titles
from parkparty.rosters.models import RosterBatch
from parkparty.rosters.sheets.reading import read_again

SUFFIX = ".rows"
MOST = 5 * 2**20
"""Bytes of rows that are kept: a repair looks through all of them while somebody waits. Some 20,000 rows."""


def digest_of(parts: Iterable[bytes]) -> str:
    """The SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def delete_file(storage: Storage, name: str) -> None:
    """Delete a batch's file, and the rows kept beside it."""
    storage.delete(name)
    storage.delete(name + SUFFIX)


@contextmanager
def keeping(batch: RosterBatch, aliases: Mapping[str, str]) -> Iterator[Callable[[bytes], object]]:
    """Takes what is read of the batch's file line by line, and keeps it when the block ends well; not if it is much."""
    storage, name = batch.file.storage, f"{batch.file.name}{SUFFIX}"
    storage.delete(name)
    with tempfile.TemporaryFile() as file:
        file.write(_stamp(batch, aliases) + b"\n")
        yield lambda line: file.write(line) if file.tell() < MOST else None
        if file.tell() < MOST:
            storage.save(name, File(file))


def kept_answers(batch: RosterBatch, aliases: Mapping[str, str]) -> list[Any] | None:
    """What a workbook is made of, as it was read; None when it was not kept, or read as something else."""
    try:
        with batch.file.storage.open(f"{batch.file.name}{SUFFIX}") as file:
            stamp, *lines = file.read().splitlines()
    except (OSError, ValueError):
        return None
    return read_again(lines) if stamp == _stamp(batch, aliases) else None


def _stamp(batch: RosterBatch, aliases: Mapping[str, str]) -> bytes:
    """What the reading of a file goes by: its content, its name, and the titles by which its columns are told."""
    told = [batch.sha256, batch.filename, known_titles(aliases)]
    return digest_of([json.dumps(told, sort_keys=True).encode()]).encode()
