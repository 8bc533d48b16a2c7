"""The triggers that mark an organisation when it may count elsewhere as a branch, or list other companies.

Made as those of ``_facts``. SQLite drops the triggers of a table that a migration remakes: such a migration runs
``create`` again; ``tests/coverage/test_counts.py`` is red until it does.
"""

from typing import Any

from parkparty.coverage.migrations._facts import Fact, put, take, triggers_of

MARK = "INSERT INTO coverage_loadmark (organization_id)"
COVERS = "IN ('own', 'joint')"
"""Kinds of links that have an organisation, and count as listed by it when it is a joint branch."""

NODES = "organizations_organization node"

FACTS = {
    "organization": Fact(
        "organizations_organization", "changed.id",
        columns=("path", "type", "approved_on", "dissolved_on", "park_id", "area_id"), events=("UPDATE",), mark=MARK,
    ),
    "span": Fact("organizations_organizationspan", "changed.organization_id", mark=MARK),
    "link": Fact(
        "companies_coveragelink", "changed.organization_id", "(SELECT 1) each", f"changed.kind {COVERS}", mark=MARK
    ),
    "company": Fact(
        "companies_company", "link.organization_id", "companies_coveragelink link",
        f"link.company_id = changed.id AND link.kind {COVERS}", ("status", "status_since"), ("UPDATE",), mark=MARK,
    ),
    "park": Fact("places_park", "node.id", NODES, "node.park_id = changed.id", ("path",), ("UPDATE",), mark=MARK),
    "area": Fact("places_area", "node.id", NODES, "node.area_id = changed.id", ("path",), ("UPDATE",), mark=MARK),
}  # fmt: skip


def triggers(vendor: str) -> dict[str, list[str]]:
    """Name to statements of each trigger."""
    return triggers_of(FACTS, "coverage_loads", vendor)


def create(apps: Any, schema_editor: Any) -> None:
    """Put all triggers in place, anew where they stand already."""
    put(triggers(schema_editor.connection.vendor), schema_editor)


def drop(apps: Any, schema_editor: Any) -> None:
    """Take all triggers away."""
    take(triggers(schema_editor.connection.vendor), schema_editor)
