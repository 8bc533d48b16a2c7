"""Reading very much: while Python works on what it read before, and without looking for rubbish among it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import translation

Read = TypeVar("Read")


@contextmanager
def read_ahead(read: Callable[[], Read]) -> Iterator[Callable[[], Read]]:
    """Begin to ``read`` in a thread beside the caller; calling what is given waits for what was read, or raises.

    Both ask over one connection, in turn, and so see what its transaction wrote; ``read`` must only read. SQLite works
    within this process and gains nothing: there it is read when it is called for.
    """
    shared, language = connections[DEFAULT_DB_ALIAS], translation.get_language()
    if shared.vendor != "postgresql":
        yield read
        return

    def lent() -> Read:
        connections[DEFAULT_DB_ALIAS] = shared
        try:
            with translation.override(language):
                return read()
        finally:
            del connections[DEFAULT_DB_ALIAS]  # otherwise closed with the thread

    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(max_workers=1) as pool:
            yield pool.submit(lent).result
    finally:
        shared.dec_thread_sharing()


@contextmanager
def rubbish_left() -> Iterator[None]:
    """Let Python not look for objects that only refer to each other while millions of rows are read that all are kept.

    It would look through them again and again, and find nothing. What is no longer referred to goes as ever. Of several
    threads that ask for it at a time, the first to be done ends it for all.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
