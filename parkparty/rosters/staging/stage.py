"""A roster's rows as values in a table beside the site's own, where they are compared with what is stored.

The tables are temporary: only this connection sees them, and they go with it, even when the process is killed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from parkparty.core.copying import AT_ONCE, copy_in, quote
from parkparty.rosters.columns import Column
from parkparty.rosters.staging.bulk import analyze, drop_tables, key_of_table, run, select

_numbers = itertools.count(1)
_IS_LED = "EXISTS (SELECT 1 FROM {following} f WHERE f.number = s.number%s)"
ALL = ""
LEADING = "AND " + _IS_LED % " AND f.leader = s.number"
ALONE = "AND NOT " + _IS_LED % ""
"""Which rows are meant: all, those that others follow, and those that neither lead nor follow."""

_SOUGHT = ("uscc", "record", "industry", "park", "branch")
"""Columns by which rows are sought or grouped."""
_NAMED = ("park", "industry", "formation", "building", "branch", "superior")
"""Columns of which each value is looked up."""
_UNKNOWN = " AND NOT EXISTS (SELECT 1 FROM {match} m WHERE m.number = s.number)"


class Stage:
    """The rows of one sheet: their numbers, their values by column, and their cells as text.

    ``match`` says which stored companies each row could mean, by its code or else by its name. It is found before
    anything is written, so that rows never meet companies of their own file. ``following`` says which rows say the same
    as a row before them, their leader, which is found in it with itself (see ``following``).
    """

    def __init__(self) -> None:
        number = next(_numbers)
        self.table, self.match = f"roster_stage_{number}", f"roster_match_{number}"
        self.following = f"roster_following_{number}"
        self.names = {"stage": self.table, "match": self.match, "following": self.following}
        self.keys: list[str] = []
        self.named: dict[str, set[Any]] = {key: set() for key in _NAMED}
        """What the rows say in columns that name something of the site, each value once."""

    def __enter__(self) -> Self:
        return self

    def open(self, columns: Sequence[Column]) -> None:
        """Make room for rows of a sheet that has these columns."""
        self.keys = [column.key for column in columns]
        values = ", ".join(f"{quote(column.key)} {column.stored_as}" for column in columns)
        self._run(
            "CREATE TEMPORARY TABLE {stage} "
            "(number integer PRIMARY KEY, said integer, folded text NOT NULL, cells text NOT NULL, {values})",
            values=values,
        )

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        drop_tables(self.following, self.match, self.table)

    def put(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows in the order of their numbers.

        Each is its number, what stands for all that it says beside its own columns (None for a row that is looked at
        alone), the folded name, the cells, and the values by key.
        """
        copy_in(self.table, ["number", "said", "folded", "cells", *self.keys], rows)

    def find_companies(self) -> None:
        """Find the stored companies that the rows could mean, once all rows are in.

        Those of a row's own key and of its code; where the site knows neither, those of its folded name.
        """
        analyze(self.table, "number", "said", "folded", *(key for key in self.keys if key in _SOUGHT))
        drop_tables(self.following, self.match)
        self._run(
            "CREATE TEMPORARY TABLE {following} (number integer {key}, leader integer NOT NULL)", key=key_of_table()
        )
        # SQLite uses an index only for columns of a known type, which those of a query's result are not.
        self._run("CREATE TEMPORARY TABLE {match} (number integer NOT NULL, company_id bigint NOT NULL)")
        ways = []
        if "uscc" in self.keys:
            ways.append("SELECT s.number, c.id FROM {stage} s JOIN companies_company c ON c.uscc = s.uscc")
        if "record" in self.keys:
            ways.append("SELECT s.number, c.id FROM {stage} s JOIN companies_company c ON c.id = s.record")
        if ways:
            self._run("INSERT INTO {match} " + " UNION ".join(ways))
        self._run("CREATE INDEX {match}_number ON {match} (number)")
        self._run("CREATE INDEX {match}_company ON {match} (company_id)")
        analyze(self.match, "number", "company_id")
        self._run(
            "INSERT INTO {match} "
            "SELECT s.number, c.id FROM {stage} s JOIN companies_company c ON c.folded_name = s.folded "
            "WHERE s.folded <> '' AND NOT EXISTS (SELECT 1 FROM {match} m WHERE m.number = s.number)"
        )
        analyze(self.match, "number", "company_id")

    def pieces(self, which: str = ALL) -> Iterator[tuple[int, int, list[tuple[Any, ...]]]]:
        """Rows in the order of the file, some at a time: the first and last number, and the rows.

        Each row is its number, the folded name, the cells, and the values by key.
        """
        names = ", ".join(map(quote, ["number", "folded", "cells", *self.keys]))
        for rows in self._in_order(names, which.format(**self.names)):
            yield rows[0][0], rows[-1][0], rows

    def lines(self, keys: Sequence[str], *, without: str = "", unknown: bool = False) -> Iterator[tuple[Any, ...]]:
        """The number and the values of ``keys`` of all rows in the order of the file, None where the sheet has none.

        ``without`` a column only those rows that say nothing in it, ``unknown`` only those of no stored company.
        """
        names = ", ".join(["number", *(quote(key) if key in self.keys else "NULL" for key in keys)])
        only = f"AND {quote(without)} IS NULL" if without in self.keys else ""
        if unknown:
            only += _UNKNOWN.format(**self.names)
        for rows in self._in_order(names, only):
            yield from rows

    def _in_order(self, names: str, which: str) -> Iterator[list[tuple[Any, ...]]]:
        """``names``, the number first, of rows in the order of the file, some at a time."""
        last = -1
        while True:
            rows = self._select(
                "SELECT {names} FROM {stage} s WHERE number > %s {which} ORDER BY number LIMIT {limit}",
                [last],
                names=names,
                which=which,
                limit=AT_ONCE,
            )
            if rows:
                last = rows[-1][0]
                yield rows
            if len(rows) < AT_ONCE:  # asking once more would look through all rows to find none
                return

    def combinations(self, keys: Sequence[str], numbers: Sequence[int] | None = None) -> list[dict[str, Any]]:
        """Which values of ``keys`` occur together, each with the first ``number`` that says so, in the order of these.

        The first of ``keys`` is never blank. With ``numbers``, only in these rows.
        """
        held = [key for key in keys if key in self.keys]
        if keys[0] not in held:
            return []
        only = "" if numbers is None else f"AND number IN ({', '.join(map(str, numbers))})"
        found = self._select(
            "SELECT min(number), {names} FROM {stage} WHERE {first} IS NOT NULL {only} "
            "GROUP BY {names} ORDER BY min(number)",
            names=", ".join(map(quote, held)),
            first=quote(keys[0]),
            only=only,
        )
        return [dict(zip(["number", *held], values, strict=True)) for values in found]

    def suspects(self) -> set[int]:
        """Rows that may mean the same company as another row: same code, same name, or the same stored company."""
        tables = [("stage", "uscc")] if "uscc" in self.keys else []
        tables += [("stage", "folded"), ("match", "company_id")]
        one = (
            "SELECT number FROM {%s} WHERE %s IN (SELECT %s FROM {%s} WHERE %s IS NOT NULL GROUP BY %s "
            "HAVING count(*) > 1)"
        )
        parts = [one % (table, key, key, table, key, key) for table, key in tables]
        return {number for (number,) in self._select(" UNION ".join(parts))}

    def known_companies(self) -> set[int]:
        """The keys of the companies that any row could mean."""
        return {key for (key,) in self._select("SELECT DISTINCT company_id FROM {match}")}

    def companies_of(self, first: int, last: int, which: str = ALL) -> Companies:
        """The companies that rows from ``first`` to ``last`` could mean."""
        keys = "SELECT company_id FROM {match} s WHERE number BETWEEN {first} AND {last} {which}"
        which = which.format(**self.names)
        return Companies(keys.format(match=self.match, first=first, last=last, which=which))

    def sitting_in(self, parks: Iterable[int]) -> list[tuple[Any, ...]]:
        """Key, name and park of companies that sit in ``parks`` and that no row could mean.

        Where every row tells a code, only those without one: two codes tell two companies apart.
        """
        all_tell = "uscc" in self.keys and not self._select("SELECT 1 FROM {stage} WHERE uscc IS NULL LIMIT 1")
        return self._select(
            "SELECT c.id, c.name, t.park_id FROM companies_company c JOIN companies_tenancy t ON t.company_id = c.id "
            "WHERE t.until IS NULL AND t.park_id IN ({parks}) {only} "
            "AND NOT EXISTS (SELECT 1 FROM {match} m WHERE m.company_id = c.id)",
            parks=", ".join(map(str, parks)),
            only="AND c.uscc IS NULL" if all_tell else "",
        )

    def _run(self, statement: str, **names: object) -> None:
        run(statement, (), **self.names, **names)

    def _select(self, statement: str, values: Sequence[Any] = (), **names: object) -> list[tuple[Any, ...]]:
        return select(statement, values, **self.names, **names)


class Companies:
    """Stored companies that are looked at together: those whose keys a query gives."""

    def __init__(self, keys: str) -> None:
        self._keys = keys

    @classmethod
    def of(cls, keys: Iterable[int]) -> Companies:
        """The companies with these keys, of which there are few."""
        return cls(", ".join(map(str, keys)))

    def facts(self, table: str, columns: str, key: str, rest: str) -> list[tuple[Any, ...]]:
        """``columns`` of what ``table`` holds of them in its column ``key``; ``rest`` narrows it and says the order."""
        return select(
            "SELECT {columns} FROM {table} WHERE {key} IN ({keys}) {rest}",
            columns=columns,
            table=table,
            key=key,
            keys=self._keys,
            rest=rest,
        )
