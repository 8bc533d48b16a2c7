"""Rows that follow others put into the tables by statements: each gets what its leader got.

The leaders are written by then, so that their rows are copied, but for the columns that are each row's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import groupby

from django.db import models

from parkparty.companies.choices import StaffBand
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Tenancy
from parkparty.core.copying import copy_in, quote
from parkparty.core.models import key_in_statement
from parkparty.coverage.services.marks import companies_marked
from parkparty.rosters.choices import Outcome
from parkparty.rosters.models import RosterBatch, RosterRow, RosterWrite
from parkparty.rosters.plan.draft import Draft, Followed
from parkparty.rosters.services.traces import fingerprint_in_sql, joined_in_sql, model_of, values_in_sql
from parkparty.rosters.staging.bulk import (
    analyze,
    drop_tables,
    is_postgres,
    joined_by,
    key_of_table,
    run,
)
from parkparty.rosters.staging.following import Followers
from parkparty.rosters.staging.stage import Stage

_FACTS = (Tenancy, CoverageLink, CompanyMemberCount)
_MADE = "roster_made"
"""For each row that founds a company as its leader did: its number, that company, the park, and its own keys."""


def keep_followers(batch: RosterBatch, followers: Followers) -> None:
    """Keep the rows for the preview, as their leaders are kept."""
    run(
        # The rows first: how many of them meet a leader PostgreSQL cannot know, and it would look each up.
        "WITH told AS MATERIALIZED ("
        "SELECT f.leader, s.number, s.name FROM {following} f JOIN {stage} s ON s.number = f.number "
        "WHERE f.number <> f.leader AND f.leader BETWEEN %s AND %s) "
        "INSERT INTO {rows} (batch_id, number, outcome, name, park_id, changes) "
        "SELECT r.batch_id, told.number, r.outcome, told.name, r.park_id, r.changes FROM told "
        "JOIN {rows} r ON r.batch_id = %s AND r.outcome IN ({outcomes}) AND r.number = told.leader",
        [followers.first, followers.last, batch.pk],
        rows=RosterRow._meta.db_table,
        # All of them: the index by which SQLite finds a leader goes by batch, outcome and number.
        outcomes=", ".join(f"'{outcome}'" for outcome in Outcome.values),
        **followers.stage.names,
    )


def write_followers(batch: RosterBatch, followed: Followed) -> None:
    """Write the companies of the rows, what is true of them, and what undoing needs."""
    drafts = [
        each.draft
        for each in followed.leaders
        if isinstance(each.draft, Draft) and followed.rows.counts.get(each.row.number)
    ]
    if not drafts:
        return
    facts = _most_of_each(drafts)
    _reserve(drafts, [Company, *(model for model, most in facts.items() if most == 1)], followed.rows)
    _add_companies(followed.rows)
    with companies_marked():
        for model, most in facts.items():
            _add_facts(model, with_key=most == 1)
    _keep_traces(batch, followed.rows, facts)
    drop_tables("roster_leaders", _MADE)


def _reserve(drafts: Iterable[Draft], models: Iterable[type[models.Model]], followers: Followers) -> None:
    """Put together what is to be made, under keys that are taken for it."""
    key = key_of_table()
    run("CREATE TEMPORARY TABLE roster_leaders (number integer {key}, company_id bigint, park_id bigint)", key=key)
    founded = ((draft.row.number, draft.company.pk, draft.park.pk) for draft in drafts)
    copy_in("roster_leaders", ("number", "company_id", "park_id"), founded)
    keys = {_key(model): key_in_statement(model) for model in models}
    run(
        "CREATE TEMPORARY TABLE {made} "
        "(number integer {key}, leader_id bigint NOT NULL, park_id bigint NOT NULL, {columns})",
        made=_MADE,
        key=key,
        columns=", ".join(f"{name} bigint NOT NULL" for name in keys),
    )
    run(
        "INSERT INTO {made} (number, leader_id, park_id, {columns}) SELECT f.number, l.company_id, l.park_id, {keys} "
        "FROM {following} f JOIN roster_leaders l ON l.number = f.leader WHERE f.number <> f.leader",
        made=_MADE,
        columns=", ".join(keys),
        keys=", ".join(keys.values()),
        **followers.stage.names,
    )
    analyze(_MADE, "number", "leader_id", "company_id")


def _key(model: type[models.Model]) -> str:
    """The column that holds the key of a row to be made."""
    return f"{model._meta.model_name}_id"


def _most_of_each(drafts: Iterable[Draft]) -> dict[type[models.Model], int]:
    """The tables that the leaders' facts are in, each with how many one of them has there at most."""
    found = Counter[type[models.Model]]()
    for draft in drafts:
        for model, n in Counter(map(model_of, draft.created)).items():
            if model in _FACTS:
                found[model] = max(found[model], n)
    return found


def _add_companies(followers: Followers) -> None:
    own = _own_columns(followers.stage)
    columns = _columns(Company)
    run(
        "INSERT INTO {companies} (id, {columns}) SELECT m.company_id, {values} FROM {made} m "
        "JOIN {stage} s ON s.number = m.number JOIN {companies} c ON c.id = m.leader_id",
        companies=Company._meta.db_table,
        columns=", ".join(map(quote, columns)),
        values=", ".join(own.get(column, f"c.{quote(column)}") for column in columns),
        made=_MADE,
        **followers.stage.names,
    )


def _own_columns(stage: Stage) -> dict[str, str]:
    """The columns of a company that its own row fills, and how it says them."""
    uscc, industry, staff = (f"s.{key}" if key in stage.keys else "NULL" for key in ("uscc", "industry", "staff"))
    unknown = StaffBand.UNKNOWN.value
    return {
        "uscc": uscc,
        "name": "s.name",
        "folded_name": "s.folded",
        "industry_id": industry,
        "staff_band": f"COALESCE({staff}, {unknown})",
    }


def _add_facts(model: type[models.Model], *, with_key: bool) -> None:
    """Give the new companies what their leader has: it was new as well, so that all of it is from its row."""
    columns = [*(["id"] if with_key else []), *_columns(model)]
    own = {"id": f"m.{_key(model)}", "company_id": "m.company_id"}
    run(
        "INSERT INTO {facts} ({columns}) SELECT {values} FROM {made} m JOIN {facts} t ON t.company_id = m.leader_id",
        facts=model._meta.db_table,
        columns=", ".join(map(quote, columns)),
        values=", ".join(own.get(each, f"t.{quote(each)}") for each in columns),
        made=_MADE,
    )


def _keep_traces(batch: RosterBatch, followers: Followers, facts: Mapping[type[models.Model], int]) -> None:
    """Keep what was written for each row beside what ``Traces`` kept of its leader: a row of its own costs twice that.

    What a row has in common with its leader is put into words once for the leader.
    """
    kin = _Kin()
    parts = [kin.part(Company, "c", _own_columns(followers.stage))]
    joins, several = [f"JOIN {Company._meta.db_table} c ON c.id = l.company_id"], list[str]()
    for number, (model, most) in enumerate(facts.items()):
        table, alias = model._meta.db_table, f"t{number}"
        if most == 1:
            joins.append(f"LEFT JOIN {table} {alias} ON {alias}.company_id = l.company_id")
            part = kin.part(model, alias, {"company_id": "m.company_id"})
        else:
            found = _SEVERAL.format(joined=joined_by(), part=_stored_part(model), table=table, made=_MADE)
            several.append(f"LEFT JOIN {found} {alias} ON {alias}.company_id = m.company_id")
            part = f"{alias}.parts"
        parts.append(f"COALESCE(',' || {part}, '')")
    told = " || ".join(parts)
    run(
        "WITH kin AS MATERIALIZED (SELECT l.company_id AS leader_id, {columns} FROM roster_leaders l {joins}), "
        "told AS (SELECT m.leader_id, {joined}({row}, ',') AS told FROM {made} m JOIN {stage} s ON s.number = m.number "
        "JOIN kin ON kin.leader_id = m.leader_id {several} GROUP BY m.leader_id) "
        "UPDATE {writes} SET parts = {extended} FROM told JOIN roster_leaders l ON l.company_id = told.leader_id "
        "WHERE {writes}.batch_id = {batch} AND {writes}.number = l.number",
        writes=RosterWrite._meta.db_table,
        batch=batch.pk,
        columns=", ".join(f"{values} AS {name}" for name, values in kin.columns.items()),
        row=f"'[' || m.number || ',' || {told} || ']'",
        joined=joined_by(),
        extended=_EXTENDED_ON_POSTGRES if is_postgres() else _EXTENDED,
        joins=" ".join(joins),
        several=" ".join(several),
        made=_MADE,
        **followers.stage.names,
    )


_ROWS = """'{"rows":[' || told.told || ']}'"""
_EXTENDED = f"json_insert(parts, '$[#]', json({_ROWS}))"
_EXTENDED_ON_POSTGRES = f"parts || ({_ROWS})::jsonb"
"""What a leader's row holds, with the rows that follow it behind its own parts (see ``RosterWrite``)."""


class _Kin:
    """What rows have in common with their leader, as columns of it."""

    def __init__(self) -> None:
        self.columns: dict[str, str] = {}

    def part(self, model: type[models.Model], alias: str, own: Mapping[str, str]) -> str:
        """A row made like the leader's row ``alias`` but for the columns in ``own``; NULL where the leader has none."""
        values, told = values_in_sql(model, alias, own), list[str]()
        for is_own, names in groupby(values, own.__contains__):
            if is_own:
                told += [values[name] for name in names]
            else:
                column = f"of_{len(self.columns)}"
                self.columns[column] = joined_in_sql(values[name] for name in names)
                told.append(f"kin.{column}")
        return _part(model, f"m.{_key(model)}", told)


_SEVERAL = (
    "(SELECT t.company_id, {joined}({part}, ',') AS parts FROM {made} m JOIN {table} t ON t.company_id = m.company_id "
    "GROUP BY t.company_id)"
)
"""What a company has of a table in which it has several rows."""


def _stored_part(model: type[models.Model]) -> str:
    return _part(model, "t.id", values_in_sql(model, "t").values())


def _part(model: type[models.Model], key: str, told: Iterable[str]) -> str:
    """A made object as SQL writes it: its model, its key, nothing before, and the fingerprint of what is ``told``."""
    return f"""'["{model._meta.label_lower}",' || {key} || ',null,"' || {fingerprint_in_sql(told)} || '"]'"""


def _columns(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
