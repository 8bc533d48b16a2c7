"""What a sheet may hold: for each kind its columns, in the order of the template. All else follows from these rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.core.signing import BadSignature, Signer
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from parkparty.core.text import half_width
from parkparty.rosters.columns import activities, companies, organizations, places
from parkparty.rosters.columns.cells import Cell, Column, text_of


class RecordKey(Column):
    """Which record of this site a row was exported from: a hidden column of the template, so that names may change.

    It is signed, since the same number means another record on another site; one that does not hold says nothing.
    """

    key, title, stored_as = "record", _("系统编号"), "integer"
    aliases = ("系统编号",)
    note = _("下载时由系统填写，上传时用来对应原记录。不要改动。")

    def __init__(self, kind: str) -> None:
        self._kind = kind

    def parse(self, cell: Cell) -> int:
        try:
            kind, _dash, number = self._signer.unsign(half_width(text_of(cell))).partition("-")
            return int(number) if kind == self._kind else 0
        except (BadSignature, ValueError):
            return 0

    def written(self, number: int) -> str:
        """What the template writes for a record."""
        return self._signer.sign(f"{self._kind}-{number}")

    @property
    def _signer(self) -> Signer:
        return Signer(sep=".", salt="rosters.record")


@dataclass(frozen=True, eq=False)
class SheetKind:
    """A kind of sheet."""

    key: str
    title: Promise
    main: str
    """The column that names what a row speaks of."""
    columns: tuple[Column, ...]
    notes: tuple[Promise, ...] = ()
    """What the template says beside what holds for all kinds."""
    spoken_for: Mapping[str, str] = field(default_factory=dict)
    """Where a sheet lacks a column: the one in whose cell its errors are told."""

    @cached_property
    def by_key(self) -> dict[str, Column]:
        """The columns by key."""
        return {column.key: column for column in self.columns}

    @cached_property
    def required(self) -> frozenset[str]:
        """Keys of the columns that a sheet of this kind has."""
        return frozenset(column.key for column in self.columns if column.required)


COMPANIES = SheetKind(
    "companies",
    _("企业"),
    "name",
    (*companies.COLUMNS, RecordKey("companies")),
    (_("一家企业一行。留空的单元格不改动系统中已有的内容；名册中没有的企业不会被删除。"),),
    dict.fromkeys(("branch_type", "superior", "approved_on", "formation", "link_since"), "branch")
    | {"status_since": "status", "full": "probationary", "tenancy_since": "park"},
)
ORGANIZATIONS = SheetKind(
    "organizations",
    _("党组织"),
    "organization",
    (
        organizations.OrganizationName(), organizations.OrganizationCode(), organizations.TypeColumn(),
        companies.Superior(), organizations.OrganizationPark(), organizations.AreaColumn(), companies.ApprovedOn(),
        companies.Formation(), organizations.TermSince(), organizations.TermUntil(), RecordKey("organizations"),
    ),
    (
        _("一个党组织一行，上级可以写在下级后面。批准成立日期留空的按筹建中登记。"),
        _("已有党组织的类型、上级和批准成立日期不在这里改，另行办理。"),
    ),
)  # fmt: skip
COUNTS = SheetKind(
    "counts",
    _("党员人数"),
    "organization",
    (
        organizations.OrganizationName(), organizations.CountedFull(), organizations.CountedProbationary(),
        organizations.CountedMobile(), organizations.CountedOn(),
    ),
    (_("一个党组织一天一行，只填人数。"),),
)  # fmt: skip
POSTS = SheetKind(
    "posts",
    _("任职"),
    "organization",
    (
        organizations.OrganizationName(), organizations.PostColumn(), organizations.PostSince(),
        organizations.PostUntil(), organizations.OfficePhone(), RecordKey("posts"),
    ),
    (_("一个职务一行，不填姓名。卸任的写上卸任日期，接任的另起一行。"),),
)  # fmt: skip
STATIONS = SheetKind(
    "stations",
    _("党群服务站"),
    "station",
    (
        places.StationName(), companies.ParkColumn(), companies.BuildingColumn(), places.Address(),
        places.StationSince(), places.StationUntil(), RecordKey("stations"),
    ),
    (_("一个站点一行。"),),
)  # fmt: skip
ACTIVITIES = SheetKind(
    "activities",
    _("往年活动"),
    "organization",
    (
        organizations.OrganizationName(), activities.HeldOn(), activities.ActivityTypes(), activities.Topic(),
        activities.Expected(), activities.Present(), activities.PlaceText(), activities.Summary(),
    ),
    (_("一次活动一行，只收往年已办结的活动；同一党组织同一天同样类型的视为同一次，重复导入不变。"),),
)  # fmt: skip

KINDS: dict[str, SheetKind] = {
    kind.key: kind for kind in (ORGANIZATIONS, COMPANIES, COUNTS, POSTS, STATIONS, ACTIVITIES)
}
"""In the order in which they are imported: later ones may name what earlier ones found."""
BY_KEY: dict[str, Column] = {column.key: column for kind in reversed(KINDS.values()) for column in kind.columns}
"""A column of each key: columns of one key have one title, whatever the kind of sheet."""
