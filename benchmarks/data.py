"""Data for the benchmark, written in a few statements: places and committees by the models, the rest by SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.migrations import _days
from parkparty.activities.migrations import _marks as _of_leaders
from parkparty.activities.models import Activity, ActivityHost
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Industry, Tenancy
from parkparty.core.copying import quote
from parkparty.core.dates import today
from parkparty.core.models import refresh_statistics
from parkparty.coverage.migrations import _facts, _loads, _marks
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import MemberCount, Organization, OrganizationSpan
from parkparty.organizations.services import save_organization
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park

LONG_AGO = dt.date(2015, 1, 1)
YEARS, STOPPED = 5, 2
"""How many years there are activities for, and how many years ago a street stopped that was merged into others."""
THEME_DAY, ASSEMBLY = "theme_day", "branch_assembly"
"""What branches hold: each meeting is the first, every third is the second as well."""


@dataclass(frozen=True)
class Scale:
    """How much there is. The last street has no activities, or, where there is one street only, the last park; the
    street before it stopped years ago.
    """

    districts: int
    streets: int
    parks: int
    branches: int
    companies: int
    activities: int


SCALES = {
    "park": Scale(1, 1, 2, 20, 200, 2_000),
    "district": Scale(1, 5, 20, 2_000, 10_000, 200_000),
    "region": Scale(4, 20, 100, 20_000, 100_000, 1_000_000),
    "city": Scale(16, 96, 480, 200_000, 1_000_000, 10_000_000),
    # The same places, with a hundredth of what is in them: what pages of the city are held against.
    "hundredth": Scale(16, 96, 480, 2_000, 10_000, 100_000),
}

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Town:
    """The nodes at which pages are opened, from the top down, and who opens them."""

    nodes: dict[str, Any]
    reader: User
    secretary: User
    branch: Organization


def town() -> Town:
    """What ``build`` left in the database."""
    area, park = Area.objects.order_by("pk"), Park.objects.order_by("pk")
    streets = list(area.filter(level=AreaLevel.TOWN))
    nodes: dict[str, Any] = {
        "city": area.filter(level=AreaLevel.CITY)[0],
        "district": area.filter(level=AreaLevel.DISTRICT)[0],
        "street": streets[0],
        "park": park[0],
        **({"stopped street": streets[-2], "dormant street": streets[-1]} if len(streets) > 1 else {}),
        "dormant park": park.last(),
    }
    branch = Organization.objects.filter(park=park[0]).order_by("pk")[1]
    reader, secretary = (User.objects.get_by_natural_key(name) for name in ("reader", "secretary"))
    return Town(nodes, reader, secretary, branch)


def build(scale: Scale) -> None:
    """Fill an empty database."""
    city = Area.objects.create(code="310000", name="试验市", level=AreaLevel.CITY)
    top = _committee("C", city)
    parks: list[tuple[Park, Organization]] = []
    for d in range(scale.districts):
        district = Area.objects.create(code=f"31{d + 1:04}", name=f"{d} 区", level=AreaLevel.DISTRICT, parent=city)
        above = _committee(f"D{d}", district, top)
        for s in range(scale.streets // scale.districts):
            street = Area.objects.create(
                code=f"{district.code}{s + 1:03}", name=f"{d}-{s} 街道", level=AreaLevel.TOWN, parent=district
            )
            committee = _committee(f"S{d}-{s}", street, above)
            for p in range(scale.parks // scale.streets):
                park = Park.objects.create(key=f"p{d}-{s}-{p}", name=f"{d}-{s}-{p} 园", area=street)
                parks.append((park, committee))
    with unguarded():
        _rows(scale, parks)
    refresh_statistics()
    branch = Organization.objects.filter(park=parks[0][0]).order_by("pk")[1]
    _user("reader", Role.VIEWER, city)
    _user("secretary", Role.SECRETARY, branch)


@contextmanager
def unguarded() -> Iterator[None]:
    """Without triggers, and on PostgreSQL without checks of keys and without indexes, which are made afterwards.

    What is written must be right by itself, and is counted anew afterwards (``rebuild``).
    """
    is_postgres, taken = connection.vendor == "postgresql", []
    with connection.schema_editor() as editor:
        for triggers in TRIGGERS:
            triggers.drop(None, editor)
    with transaction.atomic(), connection.cursor() as cursor:
        if is_postgres:
            cursor.execute("SET LOCAL session_replication_role = replica; SET LOCAL work_mem = '256MB'")
            cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
            cursor.execute(TAKEN, [FILLED, FILLED])
            taken = cursor.fetchall()
        for drop, _create in taken:
            cursor.execute(drop)
        yield
        for _drop, create in taken:
            cursor.execute(create)
    with connection.schema_editor() as editor:
        _days.fill(None, editor)
        for triggers in TRIGGERS:
            triggers.create(None, editor)


TRIGGERS = (_of_leaders, _marks, _facts, _loads)
TAKEN = """
SELECT FORMAT('ALTER TABLE %%I DROP CONSTRAINT %%I', of.relname, conname),
    FORMAT('ALTER TABLE %%I ADD CONSTRAINT %%I %%s', of.relname, conname, PG_GET_CONSTRAINTDEF(c.oid))
FROM pg_constraint c JOIN pg_class of ON of.oid = conrelid WHERE contype = 'u' AND relname = ANY(%s)
UNION ALL
SELECT FORMAT('DROP INDEX %%I', indexname), indexdef FROM pg_indexes
WHERE tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint)
"""
"""Of the tables that are filled: what takes unique constraints and indexes away, and what makes them again."""

FILLED = [
    model._meta.db_table
    for model in (Organization, Company, Tenancy, CoverageLink, Activity, ActivityHost, Activity.types.through)
]


def _committee(code: str, area: Area, parent: Organization | None = None) -> Organization:
    committee = Organization(
        code=code, name=code, type=OrganizationType.WORKING_COMMITTEE, parent=parent, area=area,
        status=OrganizationStatus.ACTIVE, approved_on=LONG_AGO,
    )  # fmt: skip
    return save_organization(committee, by=None)


def _user(name: str, role: str, node: Any) -> User:
    user = User.objects.create_user(name, display_name=name)
    Grant.objects.create(user=user, role=role, since=LONG_AGO, **{node._meta.model_name: node})
    return user


def _parted(first: int, whole: int, weights: list[float]) -> list[tuple[int, int]]:
    """The first key and the number of each part of ``whole``: three at least, none where the weight is nothing."""
    numbers = [max(3, int(whole * weight / sum(weights))) if weight else 0 for weight in weights]
    return [(first + sum(numbers[:n]), number) for n, number in enumerate(numbers)]


def _rows(scale: Scale, parks: list[tuple[Park, Organization]]) -> None:
    # The first and the last parks are the largest: one of a thousand branches stands beside many of a few, and what is
    # dormant is much.
    weights = [1 / (min(n, len(parks) - 1 - n) + 5) for n in range(len(parks))]
    each = scale.parks // scale.streets
    asleep, stopped = (each, each) if scale.streets > 1 else (1, 0)
    lively = len(parks) - stopped - asleep
    years = [YEARS] * lively + [YEARS - STOPPED] * stopped + [0] * asleep
    awake = [weight * own / YEARS for weight, own in zip(weights, years, strict=True)]
    parts = [
        _parted(Organization.objects.latest("pk").pk + 1, scale.branches, weights),
        _parted(1, scale.companies, weights),
        _parted(1, scale.activities, awake),
    ]
    rows = [
        (park.pk, parent.pk, parent.path, 365 * years[n], *(number for part in parts for number in part[n]))
        for n, (park, parent) in enumerate(parks)
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE parks ({PARKS})")
        cursor.executemany(f"INSERT INTO parks VALUES ({', '.join(['%s'] * len(rows[0]))})", rows)
        cursor.execute("CREATE TEMPORARY TABLE numbers (n bigint PRIMARY KEY)")
        cursor.execute(f"INSERT INTO numbers {_series(max(number for *_rest, number in rows))}")
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE parks; ANALYZE numbers")
    _branches()
    _companies()
    _activities()
    _hosts(parts[0][0][0], sum(branches for _first, branches in parts[0][:lively]))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE parks")
        cursor.execute("DROP TABLE numbers")


PARKS = """
park bigint, parent bigint, path text, days bigint, first_branch bigint, branches bigint,
first_company bigint, companies bigint, first_activity bigint, activities bigint
"""
EACH = "FROM parks JOIN numbers ON numbers.n < parks.{0}"
MIXED = "(parks.first_activity + numbers.n) * 2654435761 %% 4294967296"
"""Each activity's own number, and those of a park far from each other."""
BRANCH, COMPANY = "parks.first_branch + numbers.n", "(parks.first_company + numbers.n)"


def _branches() -> None:
    branches, founded = EACH.format("branches"), "'2015-01-01'"
    digits = " || ".join(
        f"SUBSTR('{DIGITS}', CAST(({BRANCH}) / {36**place} %% 36 + 1 AS integer), 1)" for place in (3, 2, 1, 0)
    )
    kinds = (OrganizationType.INDEPENDENT_BRANCH, OrganizationType.JOINT_BRANCH)
    types = "CASE numbers.n %% 3 WHEN 0 THEN '{}' ELSE '{}' END".format(*kinds)
    _insert(
        Organization, branches, id=BRANCH, code=f"'B' || ({BRANCH})", name=f"'试验支部' || ({BRANCH})", type=types,
        parent_id="parks.parent", park_id="parks.park", status="'active'", approved_on=founded,
        path=f"parks.path || 'o' || {digits}",
    )  # fmt: skip
    _insert(OrganizationSpan, branches, organization_id=BRANCH, type=types, parent_id="parks.parent", since=founded)
    _insert(MemberCount, branches, organization_id=BRANCH, as_of=_day("0"), full="3 + numbers.n %% 20")


def _companies() -> None:
    companies, label = EACH.format("companies"), f"'试验企业' || {_eight_digits(f'{COMPANY} * 7919 %% 100000000')}"
    codes = list(Industry.objects.order_by("pk").values_list("pk", flat=True)[:50])
    industry = " ".join(f"WHEN {n} THEN '{code}'" for n, code in enumerate(codes))
    _insert(
        Company, companies, id=COMPANY, name=label, folded_name=label,
        industry_id=f"CASE {COMPANY} %% {len(codes)} {industry} END",
        staff_band=f"CASE {COMPANY} %% 4 WHEN 0 THEN 5 WHEN 1 THEN 10 WHEN 2 THEN 50 ELSE 300 END",
        size=f"CASE {COMPANY} %% 3 WHEN 0 THEN 'micro' WHEN 1 THEN 'small' ELSE 'large' END",
    )  # fmt: skip
    of = {"company_id": COMPANY}
    # Seven of ten were there from the beginning.
    since = _day(f"CASE WHEN {COMPANY} %% 10 < 7 THEN 0 ELSE {COMPANY} %% 1500 END")
    _insert(Tenancy, companies, **of, park_id="parks.park", since=since)
    _insert(
        CompanyMemberCount, f"{companies} WHERE numbers.n %% 5 = 0", **of,
        as_of=_day(f"{COMPANY} %% 900"), full="numbers.n / 5 %% 6",
    )  # fmt: skip
    # Each third branch is one company's own; those of the others that are covered share the rest.
    is_own, since = "numbers.n %% 3 = 0 AND numbers.n < parks.branches", _day(f"{COMPANY} %% 1700")
    shared = "parks.first_branch + numbers.n %% (parks.branches / 3) * 3 + 1 + numbers.n / (parks.branches / 3) %% 2"
    _insert(CoverageLink, f"{companies} WHERE {is_own}", **of, organization_id=BRANCH, kind="'own'", since=since)
    _insert(
        CoverageLink, f"{companies} WHERE NOT ({is_own}) AND {COMPANY} %% 10 < 6", **of,
        organization_id=shared, kind="'joint'", since=since,
    )  # fmt: skip
    _insert(CoverageLink, f"{companies} WHERE {COMPANY} %% 20 = 7", **of, kind="'union'", since=since)


def _activities() -> None:
    author, reviewer = (User.objects.create_user(name).pk for name in ("author", "judge"))
    # Written in the order of their days, as it happens, and on each day by all parks in turn.
    held = _day("numbers.n * parks.days / parks.activities")
    each = EACH.format("activities")
    source = (
        f"FROM (SELECT {held} AS held_on, parks.park, parks.first_branch + numbers.n %% parks.branches AS branch, "
        f"ROW_NUMBER() OVER (ORDER BY {held}, {MIXED}) AS n {each}) held"
    )
    is_judged = f"held.held_on < '{today() - dt.timedelta(days=7)}'"
    key = "GEN_RANDOM_UUID()" if connection.vendor == "postgresql" else "LOWER(HEX(RANDOMBLOB(16)))"
    _insert(
        Activity, f"{source} ORDER BY held.n", id="held.n", key=key, organization_id="held.branch",
        park_id="held.park", topic="'试验活动' || held.n", held_on="held.held_on", author_id=str(author),
        state=f"CASE WHEN {is_judged} THEN 'approved' ELSE 'submitted' END", filed_at="CURRENT_TIMESTAMP",
        reviewed_by_id=f"CASE WHEN {is_judged} THEN {reviewer} END",
        reviewed_at=f"CASE WHEN {is_judged} THEN CURRENT_TIMESTAMP END", return_notes="'[]'",
    )  # fmt: skip
    for code, condition in ((THEME_DAY, "1 = 1"), (ASSEMBLY, "held.id %% 3 = 0")):
        source = f"FROM activities_activity held WHERE {condition}"
        _insert(Activity.types.through, source, activity_id="held.id", activitytype_id=f"'{code}'")


def _hosts(first: int, lively: int) -> None:
    """Of each activity who leads it, of each twentieth a neighbour too, and of each hundredth one of another park: of
    the ``lively`` branches from ``first`` on, so that who stopped holds nothing afterwards.
    """
    held = "FROM activities_activity held"
    _insert(ActivityHost, held, activity_id="held.id", organization_id="held.organization_id")
    beside = f"{held} JOIN parks ON parks.park = held.park_id WHERE held.id %% 20 = 0"
    neighbour = "parks.first_branch + (held.organization_id - parks.first_branch + 1) %% parks.branches"
    _insert(ActivityHost, beside, activity_id="held.id", organization_id=neighbour)
    other = f"({first} + held.id / 100 * 7919 %% {lively})"
    elsewhere = f"{beside} AND held.id %% 100 = 0 AND {other} NOT IN (held.organization_id, {neighbour})"
    _insert(ActivityHost, elsewhere, activity_id="held.id", organization_id=other)


def _day(number: str) -> str:
    """SQL for the day ``number`` days after the first of which there are activities."""
    first = today() - dt.timedelta(days=365 * YEARS)
    if connection.vendor == "postgresql":
        return f"DATE '{first}' + CAST({number} AS integer)"
    return f"date('{first}', '+' || ({number}) || ' days')"


def _eight_digits(number: str) -> str:
    if connection.vendor == "postgresql":
        return f"LPAD(CAST({number} AS text), 8, '0')"
    return f"SUBSTR('00000000' || ({number}), -8)"


def _series(number: int) -> str:
    """A query of the numbers from 0 to below ``number``."""
    if connection.vendor == "postgresql":
        return f"SELECT GENERATE_SERIES(0, {number - 1})"
    return f"WITH RECURSIVE up(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < {number - 1}) SELECT n FROM up"


def _insert(model: type[models.Model], source: str, **columns: str) -> None:
    """``INSERT … SELECT`` with ``columns`` as SQL; the columns left out take their defaults."""
    values: list[Any] = []
    for field in model._meta.concrete_fields:
        is_left_out = field.null or (field.primary_key and field.column == "id")
        if field.column in columns or is_left_out:
            continue
        if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
            columns[field.column] = "CURRENT_TIMESTAMP"
            continue
        columns[field.column] = "%s"
        values.append(field.get_db_prep_save(field.get_default(), connection))
    names = ", ".join(map(quote, columns))
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({names}) SELECT {', '.join(columns.values())} {source}"
    with connection.cursor() as cursor:
        cursor.execute(sql if values else sql.replace("%%", "%"), values or None)
        if connection.vendor == "postgresql" and "id" in columns:
            table = model._meta.db_table
            cursor.execute(f"SELECT SETVAL(PG_GET_SERIAL_SEQUENCE('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
