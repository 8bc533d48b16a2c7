"""The triggers that mark a company when a fact that its coverage rests on may have changed.

PostgreSQL marks once a statement, from the rows that it changed; SQLite row by row. SQLite drops the triggers of a table
that a migration remakes: such a migration runs ``create`` again; ``tests/coverage/test_totals.py`` is red until it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

EVENTS = ("INSERT", "UPDATE", "DELETE")
MARK = "INSERT INTO coverage_companymark (company_id)"
NOBODY = "CAST(NULL AS bigint)"

UNLESS_MARKED = "current_setting('parkparty.companies_marked', TRUE) IS DISTINCT FROM 'on'"

TIES = (
    "(SELECT company_id, organization_id FROM companies_coveragelink "
    "UNION ALL SELECT company_id, organization_id FROM companies_membership) tie"
)
ABOVE = ", ".join(f"SUBSTR(changed.path, 1, {length})" for length in range(5, 55, 5))
"""The paths of an organisation and of all above it, ten levels of them: meetings below count for those above."""

# Names of our own tables and columns.
SITS_BELOW = f"tie.organization_id IN (SELECT up.id FROM organizations_organization up WHERE up.path IN ({ABOVE}))"  # nosec B608


COUNTS_COMPANIES = (
    "changed.overrides_id IS NULL AND changed.kind IN ('set_up', 'population', 'periodic_activity')"
)
"""General rules of these kinds tell which companies a denominator counts, and what effective coverage asks for."""


@dataclass(frozen=True)
class Fact:
    """Rows of ``table``: which companies (``marks``, of ``among`` where ``on`` holds) a changed row concerns.

    With ``columns``, an update concerns them only when one of these differs. ``key`` is the table's primary key;
    ``mark`` begins the statement that writes the marks down. ``is_of_company`` says that rows are added without a mark
    while the writer says that it added their companies itself (``services.marks``), on PostgreSQL.
    """

    table: str
    marks: str
    among: str = ""
    on: str = ""
    columns: tuple[str, ...] = ()
    events: tuple[str, ...] = EVENTS
    key: str = "id"
    mark: str = MARK
    is_of_company: bool = False


FACTS = {
    "company": Fact(
        "companies_company", "changed.id",
        columns=(
            "status", "status_since", "staff_band", "fixed_premises", "revenue_over_20m", "industry_id", "size",
        ),
    ),
    "tenancy": Fact("companies_tenancy", "changed.company_id", is_of_company=True),
    "link": Fact("companies_coveragelink", "changed.company_id", is_of_company=True),
    "membership": Fact("companies_membership", "changed.company_id"),
    "members": Fact("companies_companymembercount", "changed.company_id", is_of_company=True),
    "organization": Fact(
        "organizations_organization", "tie.company_id", TIES, SITS_BELOW,
        ("path", "type", "approved_on", "dissolved_on"), ("UPDATE",),
    ),
    "span": Fact(
        "organizations_organizationspan", "tie.company_id", TIES, "tie.organization_id = changed.organization_id"
    ),
    "park": Fact(
        "places_park", "sitting.company_id", "companies_tenancy sitting", "sitting.park_id = changed.id",
        ("path",), ("UPDATE",),
    ),
    "rule": Fact(
        "rules_rule", "company.id", "companies_company company", COUNTS_COMPANIES,
        ("kind", "activity_type_id", "parameters", "overrides_id", "is_active", "since", "until"), key="code",
    ),
    "worded_rule": Fact("rules_rule", NOBODY),
    "named_organization": Fact("organizations_organization", NOBODY),
    "named_span": Fact("organizations_organizationspan", NOBODY),
    "named_area": Fact("places_area", NOBODY),
    "named_park": Fact("places_park", NOBODY),
    "target": Fact("coverage_coveragetarget", NOBODY),
}  # fmt: skip


def triggers(vendor: str) -> dict[str, list[str]]:
    """Name to statements of each trigger."""
    return triggers_of(FACTS, "coverage_facts", vendor)


def triggers_of(facts: dict[str, Fact], prefix: str, vendor: str) -> dict[str, list[str]]:
    """Name, beginning with ``prefix``, to statements of each trigger of ``facts``."""
    of = _of_postgres if vendor == "postgresql" else _of_sqlite
    return {
        f"{prefix}_{name}_{event.lower()}": of(f"{prefix}_{name}_{event.lower()}", fact, event)
        for name, fact in facts.items()
        for event in fact.events
    }


def _of_sqlite(name: str, fact: Fact, event: str) -> list[str]:
    statements = []
    for row in {"INSERT": ("NEW",), "DELETE": ("OLD",), "UPDATE": ("OLD", "NEW")}[event]:
        source = f" FROM {fact.among} WHERE {fact.on}" if fact.among else ""
        statements.append(f"{fact.mark} SELECT {fact.marks}{source};".replace("changed.", f"{row}."))
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in fact.columns)
    condition = f" WHEN {changed}" if changed and event == "UPDATE" else ""
    return [f"CREATE TRIGGER {name} AFTER {event} ON {fact.table}{condition} BEGIN {' '.join(statements)} END"]


def _of_postgres(name: str, fact: Fact, event: str) -> list[str]:
    sources = {"INSERT": ("new_rows",), "DELETE": ("old_rows",), "UPDATE": ("old_rows", "new_rows")}[event]
    selects = []
    for source in sources:
        rows = f"{source} changed"
        if fact.columns and event == "UPDATE":
            other = "new_rows" if source == "old_rows" else "old_rows"
            differs = " OR ".join(f"changed.{column} IS DISTINCT FROM other.{column}" for column in fact.columns)
            rows += f" JOIN {other} other ON other.{fact.key} = changed.{fact.key} AND ({differs})"
        rows += f" JOIN {fact.among} ON {fact.on}" if fact.among else ""
        # Names of our own tables and columns.
        selects.append(f"SELECT {fact.marks} FROM {rows}")  # nosec B608
    marked = " UNION ".join(selects)
    tables = {"INSERT": "NEW TABLE AS new_rows", "DELETE": "OLD TABLE AS old_rows"}
    condition = f"WHEN ({UNLESS_MARKED}) " if fact.is_of_company and event == "INSERT" else ""
    referencing = tables.get(event, "OLD TABLE AS old_rows NEW TABLE AS new_rows")
    return [
        # Names of our own tables and columns.
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "  # nosec B608
        f"$$ BEGIN {fact.mark} SELECT DISTINCT marked.* FROM ({marked}) marked; RETURN NULL; END $$",
        f"CREATE TRIGGER {name} AFTER {event} ON {fact.table} REFERENCING {referencing} "
        f"FOR EACH STATEMENT {condition}EXECUTE FUNCTION {name}()",
    ]


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    put(triggers(schema_editor.connection.vendor), schema_editor)


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away."""
    take(triggers(schema_editor.connection.vendor), schema_editor)


def put(named: dict[str, list[str]], schema_editor: Any) -> None:
    """Put triggers in place, anew where they stand already."""
    take(named, schema_editor)
    for statements in named.values():
        for statement in statements:
            schema_editor.execute(statement)


def take(named: dict[str, list[str]], schema_editor: Any) -> None:
    """Take triggers away."""
    for name in named:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
