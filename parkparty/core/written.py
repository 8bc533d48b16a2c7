"""SQL that is written once, where Django would put it together, or PostgreSQL weigh it, for longer than it takes."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from itertools import chain
from typing import Any, Self, cast

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Case, F, Q, When
from django.db.models.query import get_related_populators


class OfOuter(models.Expression):
    """In rows that are handed to ``Written``, what ``OuterRef`` is to those of an ``Exists``."""

    SIGN = "{outer}"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        return self.SIGN, ()


class OfColumn(models.Expression):
    """What SQL tells of ``column``: whether something holds, unless it ``says`` something else."""

    def __init__(self, column: str, says: models.Field | None = None) -> None:
        super().__init__(output_field=says or models.BooleanField())
        self.column = cast("Any", F(column))

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.column,) = exprs


class Written(OfColumn):
    """Whether there are rows that belong to the outer one, or a number of these, as SQL that is written once.

    Django puts an ``Exists`` or a ``Subquery`` together anew for each query, and several times for each level that it
    stands below.
    """

    def __init__(self, sql: str, values: tuple[Any, ...], outer: str, says: models.Field | None = None) -> None:
        super().__init__(outer, says)
        self.sql, self.values = sql, values

    @classmethod
    def of(cls, rows: models.QuerySet, outer: str = "pk", *, one_by_one: bool = False) -> Self:
        """For ``rows`` that name ``outer``, a column of the outer row, as ``OfOuter()``.

        ``one_by_one`` it is asked of each outer row: no database finds beforehand all rows that belong to any of them.
        """
        try:
            sql, values = cls._sql_of(rows.query.exists())
        except EmptyResultSet:
            return cls("1 = 0", (), outer)
        return cls(f"({sql}) IS NOT NULL" if one_by_one else f"EXISTS({sql})", values, outer)

    @classmethod
    def number(cls, rows: models.QuerySet) -> Self:
        """The one number that ``rows`` give, which name the key of the outer row as ``OfOuter()``; NULL without any."""
        sql, values = cls._sql_of(rows.query.chain())
        return cls(f"({sql})", values, "pk", models.IntegerField())

    @staticmethod
    def _sql_of(query: Any) -> tuple[str, tuple[Any, ...]]:
        # The outer row may be of the same table.
        query.change_aliases({name: f"its_{name}" for name in query.alias_map})
        sql, values = query.sql_with_params()
        return sql, tuple(values)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, _nothing = compiler.compile(self.column)
        return self.sql.replace(OfOuter.SIGN, column), self.values


class OfKeys(OfColumn):
    """In rows that are handed to ``RowsByKeys``, whether ``column`` is one of the keys that it puts in."""

    SIGN = "{keys}"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str]]:
        column, _nothing = compiler.compile(self.column)
        return f"{column} IN ({self.SIGN})", (self.SIGN,)


class RowsByKeys:
    """The values of rows that are asked for by ``OfKeys``, read with SQL that is written once.

    Rows of several kinds stand one after another: they have values of the same types, and no order.
    """

    def __init__(self, *kinds: models.QuerySet) -> None:
        self.parts: list[str] = []
        self.values: list[Any] = []
        self.converters: dict[int, Any] = {}
        for rows in kinds:
            compiler = rows.query.get_compiler(connection.alias)
            try:
                sql, values = compiler.as_sql()
            except EmptyResultSet:
                continue
            self.parts.append(sql)
            self.values += values
            self.converters = self.converters or compiler.get_converters([found for found, *_rest in compiler.select])

    def read(self, keys: Collection[Any]) -> list[Sequence[Any]]:
        """The rows of ``keys``, in their order. One query."""
        if not (keys and self.parts):
            return []
        sql = " UNION ALL ".join(self.parts).replace(OfKeys.SIGN, ", ".join(["%s"] * len(keys)))
        values = chain.from_iterable(keys if value == OfKeys.SIGN else (value,) for value in self.values)
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values])
            found: list[Sequence[Any]] = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for number, (converters, expression) in self.converters.items():
            for convert in converters:
                values[number] = convert(values[number], expression, connection)
        return values


class ObjectsByKeys:
    """Rows of ``RowsByKeys`` as objects, each with those that it is joined with."""

    def __init__(self, rows: models.QuerySet) -> None:
        self.rows = RowsByKeys(rows)
        compiler = rows.query.get_compiler(connection.alias)
        compiler.pre_sql_setup()
        found: dict[str, Any] = cast("Any", compiler.klass_info)
        self.model: type[models.Model] = found["model"]
        self.own = slice(found["select_fields"][0], found["select_fields"][-1] + 1)
        self.names = [column.target.attname for column, *_sql in compiler.select[self.own]]
        # Typed as in the next version of Django, which asks for a mode of fetching.
        self.joined = get_related_populators(found, compiler.select, connection.alias)  # type: ignore[call-arg]

    def read(self, keys: Collection[Any]) -> list[Any]:
        """The objects of ``keys``, in their order. One query."""
        return [self._object(row) for row in self.rows.read(keys)]

    def _object(self, row: Sequence[Any]) -> models.Model:
        made = self.model.from_db(connection.alias, self.names, row[self.own])
        for populator in self.joined:
            populator.populate(row, made)
        return made


def flag(condition: Q | models.Expression) -> Case:
    """Whether ``condition`` holds, asked of one row after another: in a CASE no database turns it into a join."""
    return Case(When(condition, then=True), default=False)


def given_list() -> tuple[str, str]:
    """SQL of a query for the texts of a list that is given as one value, its JSON; and of being one of a query's rows.

    PostgreSQL weighs each of many values of an ``IN``, wherever it stands, longer than it takes to look all of them up.
    """
    return GIVEN_LIST[connection.vendor]


GIVEN_LIST = {
    "sqlite": ("SELECT value FROM json_each(%s)", "IN ({})"),
    "postgresql": ("SELECT json_array_elements_text(%s)", "= ANY(ARRAY({}))"),
}


class IsGiven(OfColumn):
    """Whether ``column`` is one of many keys, whole numbers, which are given as one value."""

    def __init__(self, keys: Collection[int], column: str = "pk") -> None:
        super().__init__(column)
        self.keys = json.dumps([*keys])

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str]]:
        column, _nothing = compiler.compile(self.column)
        return f"{column} {IS_GIVEN[connection.vendor]}", (self.keys,)


IS_GIVEN = {
    "sqlite": "IN (SELECT value FROM json_each(%s))",
    "postgresql": "= ANY(ARRAY(SELECT json_array_elements_text(%s)::bigint))",
}
