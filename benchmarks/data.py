"""Data for the benchmark, written in a few statements: places and committees by the models, the rest by SQL."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.models import Activity, ActivityHost, ActivityType
from parkparty.companies.models import Company, CompanyMemberCount, CoverageLink, Industry, Tenancy
from parkparty.core.dates import today
from parkparty.core.models import refresh_statistics
from parkparty.coverage.migrations import _facts, _marks
from parkparty.organizations.choices import OrganizationStatus, OrganizationType
from parkparty.organizations.models import Organization, OrganizationSpan
from parkparty.organizations.services import save_organization
from parkparty.places.choices import AreaLevel
from parkparty.places.models import Area, Park

LONG_AGO = dt.date(2015, 1, 1)
YEARS = 5


@dataclass(frozen=True)
class Scale:
    """How much there is. Every park but the last, which is dormant, has activities."""

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
}

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Town:
    """The nodes at which pages are opened, from the top down, and who opens them."""

    nodes: dict[str, Any]
    reader: User
    secretary: User
    branch: Organization


def build(scale: Scale) -> Town:
    """Fill an empty database."""
    city = Area.objects.create(code="310000", name="试验市", level=AreaLevel.CITY)
    top = _committee("C", city)
    parks: list[tuple[Park, Organization]] = []
    first: dict[str, Any] = {"city": city}
    for d in range(scale.districts):
        district = Area.objects.create(code=f"31{d + 1:04}", name=f"{d} 区", level=AreaLevel.DISTRICT, parent=city)
        above = _committee(f"D{d}", district, top)
        first.setdefault("district", district)
        for s in range(scale.streets // scale.districts):
            street = Area.objects.create(
                code=f"{district.code}{s + 1:03}", name=f"{d}-{s} 街道", level=AreaLevel.TOWN, parent=district
            )
            committee = _committee(f"S{d}-{s}", street, above)
            for p in range(scale.parks // scale.streets):
                park = Park.objects.create(key=f"p{d}-{s}-{p}", name=f"{d}-{s}-{p} 园", area=street)
                parks.append((park, committee))
    # Without triggers: everything is counted anew afterwards (``rebuild``).
    with connection.schema_editor() as editor:
        for triggers in (_marks, _facts):
            triggers.drop(None, editor)
    with transaction.atomic():
        _rows(scale, parks)
    with connection.schema_editor() as editor:
        for triggers in (_marks, _facts):
            triggers.create(None, editor)
    refresh_statistics()
    first |= {"park": parks[0][0], "dormant": parks[-1][0]}
    branch = Organization.objects.filter(park=parks[0][0]).order_by("pk")[1]
    return Town(first, _user("reader", Role.VIEWER, city), _user("secretary", Role.SECRETARY, branch), branch)


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


def _rows(scale: Scale, parks: list[tuple[Park, Organization]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE parks (n integer PRIMARY KEY, park bigint, parent bigint, path text)")
        cursor.executemany(
            "INSERT INTO parks VALUES (%s, %s, %s, %s)",
            [(n, park.pk, parent.pk, parent.path) for n, (park, parent) in enumerate(parks)],
        )
    base, number = Organization.objects.latest("pk").pk + 1, len(parks)
    codes = list(Industry.objects.order_by("pk").values_list("pk", flat=True)[:50]) or [None]
    branches = f"FROM {_series(scale.branches)} JOIN parks ON parks.n = series.n %% {number}"
    digits = " || ".join(
        f"SUBSTR('{DIGITS}', ({base} + series.n) / {36**place} %% 36 + 1, 1)" for place in (3, 2, 1, 0)
    )
    kind = "CASE WHEN series.n / {0} %% 3 = 0 THEN '{1}' ELSE '{2}' END"
    types = kind.format(number, OrganizationType.INDEPENDENT_BRANCH, OrganizationType.JOINT_BRANCH)
    name = "'试验支部' || series.n"
    own_id = f"{base} + series.n"
    _insert(
        Organization, branches, id=own_id, code="'B' || series.n", name=name, type=types, parent_id="parks.parent",
        park_id="parks.park", status="'active'", approved_on="'2015-01-01'", path=f"parks.path || 'o' || {digits}",
    )  # fmt: skip
    _insert(
        OrganizationSpan, branches, organization_id=own_id, type=types, parent_id="parks.parent", since="'2015-01-01'"
    )
    companies = f"FROM {_series(scale.companies)} JOIN parks ON parks.n = series.n %% {number}"
    industry = f"CASE series.n %% {len(codes)} " + " ".join(f"WHEN {n} THEN '{code}'" for n, code in enumerate(codes))
    label = (
        "'试验企业' || SUBSTR('00000000' || series.n, -8)"
        if connection.vendor == "sqlite"
        else ("'试验企业' || LPAD(series.n::text, 8, '0')")
    )
    _insert(
        Company, companies, id="series.n + 1", name=label, folded_name=label, industry_id=f"{industry} END",
        staff_band="CASE series.n %% 4 WHEN 0 THEN 5 WHEN 1 THEN 10 WHEN 2 THEN 50 ELSE 300 END",
        size="CASE series.n %% 3 WHEN 0 THEN 'micro' WHEN 1 THEN 'small' ELSE 'large' END",
    )  # fmt: skip
    _insert(Tenancy, companies, company_id="series.n + 1", park_id="parks.park", since="'2015-01-01'")
    _insert(
        CompanyMemberCount, f"{companies} WHERE series.n %% 5 = 0",
        company_id="series.n + 1", as_of="'2020-12-31'", full="series.n / 5 %% 6",
    )  # fmt: skip
    each = max(1, scale.branches // number)
    branch = f"series.n %% {number} + {number} * (series.n / {number} %% {each})"
    is_own = f"series.n / {number} %% {each} %% 3 = 0"
    _insert(
        CoverageLink, f"{companies} WHERE {is_own} AND series.n / {number} < {each}",
        company_id="series.n + 1", organization_id=f"{base} + {branch}", kind="'own'", since="'2016-01-01'",
    )  # fmt: skip
    _insert(
        CoverageLink, f"{companies} WHERE NOT ({is_own}) AND series.n %% 10 < 6",
        company_id="series.n + 1", organization_id=f"{base} + {branch}", kind="'joint'", since="'2016-01-01'",
    )  # fmt: skip
    _activities(scale, base, number)


def _activities(scale: Scale, base: int, parks: int) -> None:
    author, reviewer = (User.objects.create_user(name).pk for name in ("author", "judge"))
    code = ActivityType.objects.order_by("pk").values_list("pk", flat=True)[0]
    first = today() - dt.timedelta(days=365 * YEARS)
    shift = f"series.n %% {365 * YEARS} * 7919 %% {365 * YEARS}"
    day = f"date('{first}', '+' || ({shift}) || ' days')"
    key = "LOWER(HEX(RANDOMBLOB(16)))"
    if connection.vendor == "postgresql":
        day, key = f"DATE '{first}' + CAST({shift} AS integer)", "GEN_RANDOM_UUID()"
    branch = f"series.n %% {scale.branches}"
    series, awake = f"FROM {_series(scale.activities)}", f"WHERE {branch} %% {parks} <> {parks - 1}"
    source = f"{series} {awake}"
    _insert(
        Activity, f"{series} JOIN parks ON parks.n = {branch} %% {parks} {awake}", id="series.n + 1",
        key=key, organization_id=f"{base} + {branch}", park_id="parks.park", topic="'试验活动'", held_on=day,
        state="'approved'", author_id=str(author), reviewed_by_id=str(reviewer), filed_at="CURRENT_TIMESTAMP",
        reviewed_at="CURRENT_TIMESTAMP", return_notes="'[]'",
    )  # fmt: skip
    _insert(ActivityHost, source, activity_id="series.n + 1", organization_id=f"{base} + {branch}")
    _insert(Activity.types.through, source, activity_id="series.n + 1", activitytype_id=f"'{code}'")


def _series(number: int) -> str:
    if connection.vendor == "postgresql":
        return f"(SELECT GENERATE_SERIES(0, {number - 1}) AS n) series"
    counted = (
        f"WITH RECURSIVE up(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < {number - 1}) SELECT n FROM up"
    )
    return f"({counted}) series"


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
    names = ", ".join(f'"{name}"' for name in columns)
    sql = f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(columns.values())} {source}'
    with connection.cursor() as cursor:
        cursor.execute(sql if values else sql.replace("%%", "%"), values or None)
        if connection.vendor == "postgresql" and "id" in columns:
            table = model._meta.db_table
            cursor.execute(f"SELECT SETVAL(PG_GET_SERIAL_SEQUENCE('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
