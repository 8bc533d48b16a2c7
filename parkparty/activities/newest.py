"""The first of a list by day of what a place's organisations lead, what one and those below it hold, or what a reader
reaches: in one query.

Where few of them ever met, each is asked for the first that it leads. The first of these, as many as the page has rows,
stand before all that others lead, and before what lies behind the last of them; what any joins is found by its day.
Those that met last are asked before the others: mostly theirs fill it. Of many, a walk along the days, which asks of
each activity whose it is, soon meets enough, unless they stopped, or are not so many beside all others. Then those that
met last are asked alone: what the rest holds does not lie before the day when the last of these met, where the walk
begins, and it ends where the asked ones fill the page.
"""

from __future__ import annotations

import datetime as dt
from string import Formatter
from typing import TYPE_CHECKING, Any

from django.db import connection, connections
from django.db.models import Q
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from parkparty.core import paths
from parkparty.core.scope import TREES, Scope
from parkparty.core.written import OfOuter, Written, given_list
from parkparty.organizations.models import Organization, tree_of
from parkparty.places.models import Park

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db import models

    from parkparty.core.models import TreeNode
    from parkparty.core.scope import Tree

Sql = tuple[str, tuple[Any, ...]]
"""A part of a query, and its values."""

FEW = 1_000
"""So many organisations of a node are each asked for the first that they lead; of more, some or none."""

SOME = 20_000
"""So many that met are all known before activities are told apart; of more, each activity's leader is looked up."""

SOON, NEAR, LAST, STEPS = 5, 1 / 16, 4, 100
"""For each row that is asked for: the first so many activities tell whether a walk is short, by so many of theirs among
them; if not, so many organisations are asked before, which met last; and no more than so many steps are walked.
"""

STANDS, SITS_IN, SITS_AT = "path BETWEEN {stands}", "park_id IN ({parks})", "area_id IN ({areas})"
# Only of places that it has read before PostgreSQL finds all by the index.
ALL_IN = {SITS_IN: "park_id {one_of_parks}", SITS_AT: "area_id {one_of_areas}"}
SEATS = {
    "parks": "SELECT id FROM places_park WHERE {lies}",
    "areas": "SELECT id FROM places_area WHERE {lies}",
}
SEATS_READ = {"parks": "SELECT id FROM parks", "areas": "SELECT id FROM areas"}
MET = "SELECT {} FROM activities_leader WHERE first_on IS NOT NULL AND {}"
ITS_DAYS = "organization_id, {first_on} AS day, {last_on} AS end_day"
LAST_MET = "SELECT * FROM ({} ORDER BY {{first_on}} {{way}} LIMIT {{most}}) met"
# Of each seat they stand in the order of an index, and of each parent, unless it is the parent of the node itself.
OF_EACH = "SELECT met.* FROM {} seat CROSS JOIN LATERAL ({}) met"
ITSELF = "SELECT * FROM ({} ORDER BY path LIMIT 1) itself"
EACH = {
    SITS_IN: ("parks", "park_id = seat.id"),
    SITS_AT: ("areas", "area_id = seat.id"),
    STANDS: ("({parents})", "{parent} = seat.path"),
}
MARKED = "SELECT leader_id AS organization_id, mark.held_on AS day FROM activities_leadermark mark WHERE {marks}"
# In the order of an index: of a dormant committee PostgreSQL would look for a thousand among all leaders.
ANY_IN_ORDER = "SELECT 1 FROM ({} ORDER BY path) met"
ANY_MARKED, DAYS_MARKED = "SELECT 1 FROM marked", "SELECT organization_id, day, day FROM marked"
ALL_MARKED = "SELECT organization_id FROM marked"

# By its key, and what is found compared: PostgreSQL would go through all of the path's instead. Unless asked whether it
# is true, the seats would be joined with a whole walk.
LEADS = "(SELECT {there} FROM activities_leader WHERE organization_id = {leader}) IS TRUE"
JOINS = """(
    SELECT 1 FROM activities_jointhost joint JOIN activities_leader leader
    ON leader.organization_id = joint.organization_id
    WHERE joint.activity_id = {key} AND ({there}) LIMIT 1
) IS NOT NULL"""
WHOSE = {
    "marks": LEADS.replace("{leader}", "leader_id"),
    "leads": LEADS,
    "joins": JOINS,
    "are_some": "(WITH marked AS ({marked}) SELECT COUNT(*) FROM ({any_met} LIMIT {some} + 1) met) <= {some}",
    "known": "WITH marked AS ({marked}) {all_met}",
    "joined": "SELECT activity_id FROM activities_jointhost WHERE organization_id IN ({known})",
}
IS_LED = "CASE WHEN {are_some} THEN {leader} IN ({known}) ELSE {leads} END"
IS_JOINED = "CASE WHEN {are_some} THEN {key} IN ({joined}) ELSE {joins} END"
HELD = {
    "leader": "held.organization_id",
    "key": "held.id",
    "leads": LEADS,
    "marks": LEADS.replace("{leader}", "leader_id"),
}
LED = {"theirs": LEADS, "of_these": "{of_led}", "by_park": ""}
LED_OR_JOINED = {"theirs": f"({LEADS} OR {JOINS})", "of_these": "{of_led_or_joined}", "by_park": ""}
REACHED = LED_OR_JOINED | {"theirs": f"({LEADS} OR held.park_id IN ({{parks}}) OR {JOINS})"}
BY_PARK = {
    "postgresql": """
        UNION ALL SELECT id FROM (
            SELECT found.id FROM parks seat CROSS JOIN LATERAL ({first_of_park}) found
            ORDER BY found.held_on {way}, found.id {way} LIMIT {number}
        ) found WHERE NOT (SELECT is_so FROM near)
    """,
    "sqlite": """
        UNION ALL SELECT id FROM (
            SELECT found.id FROM parks seat CROSS JOIN activities_activity found
            WHERE NOT (SELECT is_so FROM near) AND found.id IN (SELECT id FROM ({first_of_park}) first)
            ORDER BY found.held_on {way}, found.id {way} LIMIT {number}
        ) found
    """,
}
"""The first of what was held when its leader sat in a park that the reader reaches, who may have moved since."""

PARTS = {
    "marked": MARKED,
    "parent": f"SUBSTRING(path, 1, LENGTH(path) - {paths.STEP})",
    "next_parent": MET.format("MIN({parent}) AS path", "{parent} BETWEEN {stands}"),
    "parents": """
        WITH RECURSIVE past AS (
            {next_parent} UNION ALL
            SELECT ({next_parent} AND {parent} > past.path) FROM past WHERE path IS NOT NULL
        )
        SELECT path FROM past
    """,
    "first_of_park": """
        SELECT activities_activity.id, activities_activity.held_on
        FROM (SELECT * FROM activities_activity WHERE park_id = seat.id) activities_activity{own}
        {in_order} LIMIT {number}
    """,
    "of_asked": "SELECT * FROM activities_activity WHERE organization_id = asked.organization_id",
    "first": "SELECT activities_activity.held_on FROM ({of_asked}) activities_activity{own} {in_order} LIMIT 1",
    "in_order": "ORDER BY activities_activity.held_on {way}, activities_activity.id {way}",
    "walk": """
        SELECT * FROM activities_activity
        WHERE {there_are} AND held_on {since} (SELECT begins FROM span) AND held_on {until} (SELECT ends FROM span)
        ORDER BY held_on {way}, id {way} LIMIT {steps}
    """,
    "on_walk": "SELECT * FROM ({walk}) held WHERE {theirs}",
    "before_walk": "held_on {until} (SELECT ends FROM span) AND held_on {after} (SELECT begins FROM span)",
    "led": """
        organization_id IN (
            SELECT organization_id FROM firsts
            WHERE day {until} (SELECT ends FROM span) AND day {after} (SELECT begins FROM span)
        ) AND {before_walk}
    """,
    "of_led": "SELECT * FROM activities_activity WHERE {led}",
    "of_led_or_joined": """
        SELECT * FROM activities_activity WHERE id IN (
            SELECT id FROM activities_activity WHERE {led} UNION ALL
            SELECT activity_id FROM activities_jointhost
            WHERE organization_id IN (
                SELECT organization_id FROM asked WHERE day {after} (SELECT begins FROM span)
            ) AND {before_walk}
        )
    """,
}
FOUND = """
WITH parks AS (SELECT id FROM places_park WHERE {lies}),
areas AS (SELECT id FROM places_area WHERE {lies}),
marked AS ({marked}),
known AS (SELECT COUNT(*) AS number FROM ({any_met} LIMIT {few} + 1) met),
near AS (SELECT number > {few} AND {near} <= (SELECT COUNT(*) FROM (
    SELECT organization_id FROM activities_activity WHERE {there_are} ORDER BY held_on {way}, id {way} LIMIT {soon}
) held WHERE {leads}) AS is_so FROM known),
asked AS (
    SELECT * FROM (
        SELECT organization_id, day FROM ({last_met}) met ORDER BY day {way} LIMIT {most}
    ) met LIMIT (SELECT CASE WHEN is_so THEN 0 WHEN number > {few} THEN {last} ELSE {most} END FROM known, near)
),
firsts AS (
    SELECT organization_id, ({first}) AS day FROM (SELECT DISTINCT organization_id FROM asked) asked
),
span AS (
    SELECT CASE
        WHEN is_so THEN '{begin}' WHEN number > {few} THEN (SELECT {least}(day) FROM asked) ELSE '{end}'
    END AS begins,
    CASE WHEN is_so THEN '{end}' ELSE COALESCE(
        (SELECT day FROM firsts WHERE day IS NOT NULL ORDER BY day {way} LIMIT 1 OFFSET {number} - 1),
        (SELECT {least}(end_day) FROM ({met}) met)
    ) END AS ends FROM known, near
),
walked AS (SELECT activities_activity.id FROM ({on_walk}) activities_activity{own} {in_order} LIMIT {number}),
held AS MATERIALIZED (
    SELECT activities_activity.id, activities_activity.held_on FROM ({of_these}) activities_activity{own}
)
SELECT id FROM walked UNION ALL
SELECT id FROM (SELECT id FROM held ORDER BY held_on {way}, id {way} LIMIT {number}) held UNION ALL
SELECT NULL WHERE (SELECT COUNT(*) FROM walked) < {number} AND (SELECT COUNT(*) FROM ({walk} + 1) walk) > {steps}
UNION ALL
SELECT 0 FROM known, span
WHERE number BETWEEN {most} + 1 AND {few} AND NOT ends {after} (SELECT {least}(day) FROM asked)
{by_park}
"""
"""The keys of the first, perhaps of some more; NULL where the walk broke off before it met enough; 0 where those who
were not asked may hold some of the first.

``marked`` are days of which leaders are still to be told. PostgreSQL takes a ``LIMIT`` that it works out itself for a
tenth of the rows, and would read all activities for a tenth of a city's organisations: a number stands inside. What is
``held`` it would look for along all days if it were asked for in order.
"""

FALLING = {
    "first_on": "last_on",
    "last_on": "first_on",
    "way": "DESC",
    "since": "<=",
    "until": ">=",
    "after": ">",
    "least": "MIN",
}
RISING = {
    "first_on": "first_on",
    "last_on": "last_on",
    "way": "ASC",
    "since": ">=",
    "until": "<=",
    "after": "<",
    "least": "MAX",
}
EARLIEST, LATEST = str(dt.date.min), str(dt.date.max)


def first_keys(rows: models.QuerySet, whose: TreeNode | Scope, number: int) -> list[int] | None:
    """The keys of the first ``number`` of ``rows`` that are ``whose``, and perhaps of some more; None if they lie far.

    ``rows`` are in their order, by day and key, and begin where a page begins.

    Raises:
        EmptyResultSet: where ``rows`` are none whatever the database holds.
    """
    times = {"number": 1, "soon": SOON, "near": NEAR, "last": LAST, "steps": STEPS}
    limits = {name: str(max(1, round(number * each))) for name, each in times.items()} | {"few": str(FEW)}
    falls = str(rows.query.order_by[0]).startswith("-")
    ordered = FALLING | {"begin": LATEST, "end": EARLIEST} if falls else RISING | {"begin": EARLIEST, "end": LATEST}
    asked = {"there_are": _told_by_index(rows), "own": _conditions_of(rows)}
    parts = {**PARTS, **SEATS_READ, **HELD, **ordered, **limits, **_parts_of(whose), **asked}
    keys: list[int] = []
    for most in ("last", "few"):  # those that met last before the others: mostly theirs fill a page
        sql, values = _filled(FOUND, parts | {"most": limits[most]})
        with connections[rows.db].cursor() as cursor:
            cursor.execute(sql, values)
            keys = [key for (key,) in cursor.fetchall()]
        if 0 not in keys:
            break
    return None if None in keys else keys


def is_of(node: TreeNode) -> Q:
    """Whether the outer activity is one of ``node``'s."""
    tree, run = tree_of(node), paths.run(node.path)
    leads = is_led(tree, run)
    return leads | _told(IS_JOINED, "pk", tree, run) if tree == "organizations" else leads


def is_led(tree: Tree, run: tuple[str, str]) -> Q:
    """Whether one that stands or sits in this run of ``tree`` leads the outer activity.

    Each is asked by itself, or whether it is one of those that are known: joined, PostgreSQL has several processes read
    on until all of them found a page.
    """
    return _told(IS_LED, "organization", tree, run)


def _told(sql: str, column: str, tree: Tree, run: tuple[str, str]) -> Q:
    """Whether ``sql`` holds for a ``column`` of the outer activity."""
    there = _there(STANDS) if tree == "organizations" else _there(SITS_IN, SITS_AT)
    _listed, one_of = given_list()
    places = {f"one_of_{name}": one_of.format(rows) for name, rows in SEATS.items()} | SEATS
    outer: Sql = OfOuter.SIGN, ()
    asked: dict[str, str | Sql] = {"stands": _between(run), "lies": _lies(run), "leader": outer, "key": outer}
    return Q(Written(*_filled(sql, {**PARTS, **WHOSE, **places, **there, **asked, "some": str(SOME)}), column))


def _between(run: tuple[str, str]) -> Sql:
    return "%s AND %s", run


def _lies(*runs: tuple[str, str]) -> Sql:
    return " OR ".join(["path BETWEEN %s AND %s"] * len(runs)) or "1 = 0", tuple(end for run in runs for end in run)


def _parts_of(whose: TreeNode | Scope) -> dict[str, str | Sql]:
    """Who stands or sits there, and what is theirs."""
    if isinstance(whose, Scope):
        return _parts_of_reach(whose)
    run = paths.run(whose.path)
    if isinstance(whose, Organization):
        return {"stands": _between(run), "lies": _lies(), **_there(STANDS), **LED_OR_JOINED}
    # No area lies in a park. Asked for by park or area at once, PostgreSQL reads all leaders.
    seats = [SITS_IN] if isinstance(whose, Park) else [SITS_IN, SITS_AT]
    return {"lies": _lies(run), **_there(*seats), **LED}


def _parts_of_reach(scope: Scope) -> dict[str, str | Sql]:
    """Who stands or sits in reach, and what they hold or held in a park there."""
    stand, places = ([paths.run(path) for path in scope.paths(tree)] for tree in TREES)
    named = {f"stands_{number}": _between(run) for number, run in enumerate(stand)}
    seats = [STANDS.replace("stands", name) for name in named] + [SITS_IN, SITS_AT] * bool(places)
    of_places = {"by_park": BY_PARK[connection.vendor]} if places else {}
    return {**named, "lies": _lies(*places), **_there(*seats), **REACHED, **of_places}


def _there(*seats: str) -> dict[str, str | Sql]:
    """Who is there, in one of ``seats``; who of those met, who met last, and whether any did."""
    days = [MET.format(ITS_DAYS, seat) for seat in seats]
    any_met = [
        MET.format("1", seat) if seat in ALL_IN else ANY_IN_ORDER.format(MET.format("path", seat)) for seat in seats
    ]
    all_met = [MET.format("organization_id", ALL_IN.get(seat, seat)) for seat in seats]
    return {
        "there": " OR ".join(seats),
        "met": " UNION ALL ".join([*days, DAYS_MARKED]),
        "last_met": " UNION ALL ".join([*map(_last_met, seats), DAYS_MARKED]),
        "any_met": " UNION ALL ".join([*any_met, ANY_MARKED]),
        "all_met": " UNION ALL ".join([*all_met, ALL_MARKED]),
    }


def _last_met(seat: str) -> str:
    """Who met last in one of the ``seat``s; of each of them by itself where a database can be asked so."""
    if seat not in EACH or connection.vendor == "sqlite":
        return LAST_MET.format(MET.format(ITS_DAYS, seat))
    seats, there = EACH[seat]
    of_each = OF_EACH.format(seats, LAST_MET.format(MET.format(ITS_DAYS, there)))
    if seat != STANDS:
        return of_each
    itself = ITSELF.format(MET.format(ITS_DAYS, seat))
    return f"{of_each} UNION ALL {itself}"


def _told_by_index(rows: models.QuerySet) -> Sql:
    """What of ``rows`` an index by day tells, so that a walk begins there: between which days, and that they count."""
    counted = rows.model._default_manager.counted().query.where.children[0]
    compiler = rows.query.get_compiler(rows.db)
    told, values = ["1 = 1"], list[Any]()
    conditions: list[Any] = rows.query.where.children
    for condition in conditions:
        is_day = isinstance(condition, GreaterThanOrEqual | LessThanOrEqual) and condition.lhs.target.name == "held_on"
        if is_day or condition == counted:
            sql, given = compiler.compile(condition)
            told.append(sql)
            values += given
    return " AND ".join(told), tuple(values)


def _conditions_of(rows: models.QuerySet) -> Sql:
    """What stands behind the table in ``rows``."""
    sql, values = rows.order_by().values("pk").query.sql_with_params()
    return sql.partition(' FROM "activities_activity"')[2], tuple(values)


def _filled(template: str, parts: Mapping[str, str | Sql]) -> Sql:
    """``template`` with its parts, of which those without values are templates as well."""
    sql, values = list[str](), list[Any]()
    for text, name, *_rest in Formatter().parse(template):
        part = parts[name] if name else ""
        filled, given = _filled(part, parts) if isinstance(part, str) else part
        sql += text, filled
        values += given
    return "".join(sql), tuple(values)
