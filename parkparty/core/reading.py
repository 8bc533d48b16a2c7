"""Reading very much: while Python works on what it read before, and without looking for rubbish among it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.utils import translation

from parkparty.core.models import plan_for_much

Read = TypeVar("Read")

THREADS = 4
"""Beside that of the caller. More would wait for Python or for the processors, of which PostgreSQL takes several."""


def sees_more_than_others() -> bool:
    """Whether this transaction may see what no other connection does before its end: it wrote or locked something.

    Of one within another PostgreSQL tells nobody what it sees, and SQLite never does.
    """
    if connection.vendor != "postgresql" or connection.savepoint_ids:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        return bool(cursor.fetchone()[0])


class Begin(Protocol):
    """Begins to read, and gives what waits for what was read, or raises."""

    def __call__(self, read: Callable[[], Read], /) -> Callable[[], Read]: ...


def when_asked(read: Callable[[], Read], /) -> Callable[[], Read]:
    """``Begin`` where nothing is gained by reading ahead."""
    return read


@contextmanager
def reading_ahead(*, in_turn: bool) -> Iterator[Begin]:
    """What is begun is read by threads beside the caller, first begun first; what is not when asked for, by itself.

    Over connections of their own, which see just what the transaction of the caller sees now; or ``in_turn`` over that
    of the caller, where it wrote something. SQLite works within this process and gains nothing: there all is read when
    it is asked for.
    """
    if connection.vendor != "postgresql":
        yield when_asked
        return
    shared, language = connections[DEFAULT_DB_ALIAS], translation.get_language()
    sight = "" if in_turn else _sight()

    def begin(read: Callable[[], Read]) -> Callable[[], Read]:
        def beside() -> Read:
            with translation.override(language), _seeing(sight) if sight else _lent(shared):
                return read()

        begun = pool.submit(beside)
        return lambda: read() if begun.cancel() else begun.result()

    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(max_workers=THREADS) as pool:
            yield begin
    finally:
        shared.dec_thread_sharing()


def _sight() -> str:
    """The name by which other connections may ask to see what this one sees now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        return str(cursor.fetchone()[0])


@contextmanager
def _seeing(sight: str) -> Iterator[None]:
    """A connection of this thread that sees what another one does."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [sight])
            plan_for_much()
            yield
    finally:
        connection.close()


@contextmanager
def _lent(shared: Any) -> Iterator[None]:
    """The connection of another thread, as that of this one."""
    connections[DEFAULT_DB_ALIAS] = shared
    try:
        yield
    finally:
        del connections[DEFAULT_DB_ALIAS]  # otherwise closed with the thread


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
