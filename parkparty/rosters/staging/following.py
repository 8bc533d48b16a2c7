"""Rows of companies that say the same as a row before them, and of companies of which the site holds the same.

What becomes of the first of them becomes of all: it leads, the others follow and are written by statements. Nearly all
rows of a large roster do: new companies of one branch, and companies of which nothing changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from parkparty.core.copying import copy_in
from parkparty.rosters.staging.bulk import (
    analyze,
    drop_tables,
    is_postgres,
    joined_by,
    key_of_table,
    run,
    select,
)
from parkparty.rosters.staging.stage import Stage

OWN_KEYS = frozenset({"name", "uscc", "industry", "staff", "record"})
"""Columns in which rows that follow differ: they are written as the row says them, or compared one by one."""


@dataclass(slots=True)
class Followers:
    """The rows that follow leaders from ``first`` to ``last``: how many each of them has, by its number.

    ``sums`` are of the numbers that these rows have.
    """

    stage: Stage
    first: int
    last: int
    counts: dict[int, int]
    sums: dict[int, int]


def find_followers(stage: Stage, doubtful: Collection[int]) -> None:
    """Find which rows follow which, once the companies that they could mean are found.

    ``doubtful`` rows are looked at one by one, as are those with a wrong cell. A row that means a stored company
    follows only where its code says so and all of its own columns are as stored.
    """
    run("CREATE TEMPORARY TABLE {doubtful} (number integer {key})", key=key_of_table(), **_names(stage))
    copy_in(f"{stage.following}_not", ["number"], ((number,) for number in doubtful))
    run(_ADD_AMBIGUOUS, **_names(stage))
    analyze(f"{stage.following}_not", "number")
    ways = [_NEW.format(industry=_INDUSTRY if "industry" in stage.keys else "", **_names(stage))]
    if "uscc" in stage.keys:
        _find_held(stage)
        same = {"industry": "c.industry_id", "staff": "c.staff_band"}
        told = [f"(s.{key} IS NULL OR s.{key} = {held})" for key, held in same.items() if key in stage.keys]
        told += ["c.uscc = s.uscc", "c.folded_name = s.folded"]
        ways.append(_STORED.format(same=" AND ".join(told), **_names(stage)))
    run(_FOLLOW, ways=" UNION ALL ".join(ways), **_names(stage))
    if is_postgres():  # for less than a key that is kept up to date with every row
        run("CREATE INDEX {following}_number ON {following} (number)", **stage.names)
    drop_tables(f"{stage.following}_not", f"{stage.following}_held")
    analyze(stage.following, "number", "leader")


def followers_of(stage: Stage, leaders: Sequence[int], turned_away: Iterable[int]) -> Followers:
    """The rows that follow ``leaders``, given in their order; those of leaders ``turned_away`` follow no more."""
    numbers = ", ".join(map(str, turned_away))
    if numbers:
        run(
            "DELETE FROM {following} WHERE leader IN ({numbers}) AND number <> leader", numbers=numbers, **_names(stage)
        )
    first, last = leaders[0], leaders[-1]
    found = select(
        "SELECT leader, count(*), sum(CAST(number AS bigint)) FROM {following} "
        "WHERE leader BETWEEN %s AND %s AND number <> leader GROUP BY leader",
        [first, last],
        **stage.names,
    )
    counts = {leader: times for leader, times, _sum in found}
    return Followers(stage, first, last, counts, {leader: int(total) for leader, _times, total in found})


def _find_held(stage: Stage) -> None:
    """Put together all that the site holds of each company that rows could mean, as far as a plan asks for it.

    A table of its own, which is looked at before it is joined: of tables that were filled a moment ago PostgreSQL does
    not know yet how large they are.
    """
    key = key_of_table()
    run("CREATE TEMPORARY TABLE {held} (company_id bigint {key}, told text NOT NULL)", key=key, **_names(stage))
    held = [
        _told("companies_company", "id", "status status_since"),
        _told("companies_tenancy", "company_id", "park_id building_id kind since until"),
        _told("companies_coveragelink", "company_id", "kind organization_id since") + " AND until IS NULL",
        _told("companies_companymembercount", "company_id", 'as_of "full" probationary'),
    ]
    run(
        "INSERT INTO {held} SELECT company_id, {joined}(told, ';') FROM ({all}) AS each_fact GROUP BY company_id",
        joined=joined_by(),
        all=" UNION ALL ".join(held).format(**_names(stage)),
        **_names(stage),
    )
    analyze(_names(stage)["held"], "company_id")


def _told(table: str, key: str, columns: str) -> str:
    told = " || ',' || ".join(f"COALESCE(CAST({column} AS text), '')" for column in columns.split())
    return _FACT.format(key=key, table=table, told=told, match="{match}")


_FACT = (
    "SELECT {key} AS company_id, '{table} ' || {told} AS told FROM {table} "
    "WHERE {key} IN (SELECT company_id FROM {match})"
)


def _names(stage: Stage) -> dict[str, str]:
    doubtful, held = f"{stage.following}_not", f"{stage.following}_held"
    return {**stage.names, "doubtful": doubtful, "held": held, "sure": _SURE.format(doubtful=doubtful)}


_ADD_AMBIGUOUS = (
    "INSERT INTO {doubtful} SELECT number FROM {match} WHERE number NOT IN (SELECT number FROM {doubtful}) "
    "GROUP BY number HAVING count(*) > 1"
)
"""Rows that could mean more than one stored company are doubtful, too."""
_SURE = "s.said IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {doubtful} d WHERE d.number = s.number)"
_INDUSTRY = "AND (s.industry IS NULL OR EXISTS (SELECT 1 FROM companies_industry i WHERE i.code = s.industry))"
_NEW = (
    "SELECT s.number, s.said, '' AS held FROM {stage} s "
    "WHERE {sure} AND NOT EXISTS (SELECT 1 FROM {match} m WHERE m.number = s.number) {industry}"
)
"""Rows of companies that the site does not have, if their industry is one."""
_STORED = (
    "SELECT s.number, s.said, h.told AS held FROM {stage} s JOIN {match} m ON m.number = s.number "
    "JOIN companies_company c ON c.id = m.company_id JOIN {held} h ON h.company_id = m.company_id "
    "WHERE {sure} AND COALESCE({same}, FALSE)"
)
"""Rows of one stored company each, with all that the site holds of it.

COALESCE changes nothing but what PostgreSQL expects: it took the same code and the same name for two coincidences, thus
for one row in all, and looked each up by an index.
"""
_FOLLOW = (
    "INSERT INTO {following} (number, leader) SELECT number, first FROM ("
    "SELECT number, min(number) OVER same AS first, count(*) OVER same AS times FROM ({ways}) AS told "
    "WINDOW same AS (PARTITION BY said, held)) AS grouped WHERE times > 1 ORDER BY number"
)
