"""Frozen figures: how they are written so that they reproduce to the byte, how checked, what was corrected since."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from parkparty.audit.models import AuditEntry
from parkparty.companies.choices import (
    STATES_OF,
    WORK_LINKS,
    CoverageChoice,
    CoverageState,
    Denominator,
    LinkKind,
)
from parkparty.companies.models import Company, CoverageLink
from parkparty.companies.querysets import CompanyQuerySet
from parkparty.core.paths import ancestors
from parkparty.core.reading import Begin, when_asked
from parkparty.core.scope import Scope
from parkparty.coverage.figures.coverage import CompanyCoverage, CoverageFigures, Load, Node, Point, loaded
from parkparty.coverage.figures.effective import effective_keys
from parkparty.coverage.figures.standing import load_at
from parkparty.coverage.models import CoverageSnapshot
from parkparty.organizations.models import Organization
from parkparty.places.models import Area

FORMAT = 1
"""Grows when the text of figures or lists is written differently; old snapshots keep the number they were made with."""

Listed = dict[int, tuple[CoverageState, bool]]
"""How each company is covered and whether effectively, by the company's key."""

HOW: dict[tuple[str, bool], tuple[CoverageState, bool]] = {
    (state.value, effective): (state, effective) for state in CoverageState for effective in (True, False)
}
"""Each way to be covered once: a list of a city has a million entries."""

UNCOVERED = HOW[CoverageState.NONE.value, False]

LISTS: dict[str, tuple[Sequence[str], str]] = {
    "companies": (CoverageState.values, "[01]"),
    **{state: ((state,), "[01]") for state in CoverageState.values},
    **{choice.value: (STATES_OF[choice], "[01]") for choice in (CoverageChoice.ORGANIZATION, CoverageChoice.UNCOVERED)},
    "effective": (CoverageState.values, "1"),
}
"""The lists that a snapshot keeps: of which states, and whether effectively."""

COUNTED = ("companies", "own", "joint", "work_only", "none", "effective")
"""The figures that the list alone gives."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a snapshot is made of: its figures and its list as texts, with their hashes."""

    figures: str
    listed: Listed
    companies: bytes
    list_hash: str
    sha256: str


@dataclass(frozen=True, slots=True)
class FigureCorrection:
    """A figure as it was frozen, and as the records of today give it for the same day."""

    name: str
    label: str
    frozen: Any
    now: Any

    @property
    def differs(self) -> bool:
        """Whether records of that day were changed since."""
        return bool(self.frozen != self.now)


@dataclass(frozen=True, slots=True)
class CompanyCorrection:
    """A company that the records of today count differently for the day of the snapshot; None is not counted."""

    company: Company | None
    before: CoverageState | None
    after: CoverageState | None
    effective_before: bool
    effective_after: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """What is the same for all denominators of a node and a day, and the keys of the companies that each counts."""

    load: Load
    covered: Listed
    counted: dict[Denominator, Callable[[], list[int]]]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What snapshots of a day need of meetings and companies, as it is being read."""

    effective: Callable[[], frozenset[int]]
    counted: dict[Denominator, Callable[[], list[int]]]


def ahead(node: Node, as_of: dt.date, denominators: Iterable[Denominator], begin: Begin = when_asked) -> Ahead:
    """Begin to read what snapshots of ``node`` by ``denominators`` need of meetings and companies."""
    effective = begin(lambda: effective_keys(as_of))
    return Ahead(effective, {each: begin(partial(_counted, Point(node, each, as_of))) for each in denominators})


def shared(node: Node, as_of: dt.date, read: Ahead) -> Shared:
    """The load of the branches of ``node``, and how each of its companies is covered that anything covers.

    Every denominator counts some of the registered companies. Those elsewhere are left out to spare reading them, which
    a node with nothing above it does not: nearly all are its own. ``read`` is of the same node and day.
    """
    everything = Scope.everything()
    companies = Point(node, Denominator.REGISTERED, as_of).companies(everything) if ancestors(node.path) else None
    return Shared(load_at(node, as_of, everything), _covered(companies, as_of, read.effective), read.counted)


def _counted(point: Point) -> list[int]:
    """The keys of the companies at ``point``."""
    return list(point.companies(Scope.everything()).order_by().values_list("pk", flat=True))


def freeze(node: Node, *, as_of: dt.date, denominator: Denominator, common: Shared | None = None) -> Frozen:
    """The figures of all companies of ``node`` as they are known now.

    ``common`` is worked out once for several denominators.
    """
    common = common or shared(node, as_of, ahead(node, as_of, [denominator]))
    companies = {pk: common.covered.get(pk, UNCOVERED) for pk in common.counted[denominator]()}
    number = counts(companies)
    parts = CompanyCoverage(**{state.value: number[state.value] for state in CoverageState})
    whole = loaded(parts, common.load, as_of=as_of, denominator=denominator)
    with translation.override(settings.LANGUAGE_CODE):  # the same bytes whatever language the reader has chosen
        return frozen(node, whole, companies)


def _covered(companies: CompanyQuerySet | None, day: dt.date, read_effective: Callable[[], frozenset[int]]) -> Listed:
    """Those of ``companies`` (None: of all) that anything covers, as ``with_coverage_state``; read link by link."""
    links: Any = CoverageLink.objects.order_by()
    if companies is not None:
        links = links.filter(company__in=companies.order_by().values("pk"))
    work = links.valid_on(day).filter(kind__in=WORK_LINKS).values_list("company", flat=True)
    found = dict.fromkeys(work, HOW[CoverageState.WORK_ONLY.value, False])
    by_state = {}
    for state, kind in ((CoverageState.JOINT, LinkKind.JOINT), (CoverageState.OWN, LinkKind.OWN)):
        by_state[state.value] = list(links.covering_as(kind, day).values_list("company", "organization"))
    effective = read_effective()
    well = {company for pairs in by_state.values() for company, organization in pairs if organization in effective}
    for name, pairs in by_state.items():  # who has an organisation of its own counts as that
        found |= {company: HOW[name, company in well] for company, _organization in pairs}
    return found


def frozen(node: Node, whole: CoverageFigures, companies: Listed) -> Frozen:
    """Figures and list as canonical text. The same facts always give the same bytes."""
    ends = {how: f" {name} {int(effective)}\n" for (name, effective), how in HOW.items()}
    text = "".join([f"{pk}{ends[companies[pk]]}" for pk in sorted(companies)])
    list_hash = sha256_of(text)
    load = {
        "branches": whole.branches,
        "joint_branches": whole.joint_branches,
        "listed_by_joint_branches": whole.listed_by_joint_branches,
    }
    figures = canonical(
        {
            "format": FORMAT,
            "node": {"kind": str(node._meta.model_name), "key": code_of(node), "name": str(node)},
            "as_of": whole.as_of.isoformat(),
            "denominator": str(whole.denominator),
            "definition": whole.definition,
            "list_sha256": list_hash,
            **counts(companies),
            **load,
        }
    )
    return Frozen(figures, companies, zlib.compress(text.encode()), list_hash, sha256_of(figures))


def code_of(node: Node) -> str:
    """What people call ``node`` by in commands and files."""
    return node.code if isinstance(node, Area | Organization) else node.key


def counts(companies: Listed) -> dict[str, int]:
    """What the list counts, by the names of ``COUNTED``."""
    number = Counter(companies.values())
    parts = {state.value: number[state, True] + number[state, False] for state in CoverageState}
    effective = sum(number[state, True] for state in CoverageState)
    return {"companies": len(companies), **parts, "effective": effective}


def read(snapshot: CoverageSnapshot) -> dict[str, Any]:
    """The figures of a snapshot."""
    figures: dict[str, Any] = json.loads(snapshot.figures)
    return figures


def coverage_in(snapshot: CoverageSnapshot) -> CompanyCoverage:
    """The company figures of a snapshot."""
    figures = read(snapshot)
    return CompanyCoverage(**{state.value: figures[state.value] for state in CoverageState})


def list_of(snapshot: CoverageSnapshot) -> Listed:
    """The companies of a snapshot."""
    lines = (line.split(" ") for line in _list_text(snapshot).splitlines())
    return {int(pk): HOW[state, effective == "1"] for pk, state, effective in lines}


def keys_in(snapshot: CoverageSnapshot, name: str) -> list[int]:
    """The keys of the companies on one of the ``LISTS`` of a snapshot, in their order."""
    states, effective = LISTS[name]
    lines = rf"^(\d+) (?:{'|'.join(states)}) {effective}$"
    return [int(pk) for pk in re.findall(lines, _list_text(snapshot), re.MULTILINE)]


def faults(snapshot: CoverageSnapshot) -> list[str]:
    """What is wrong with a snapshot, in sentences; nothing when it is as it was taken."""
    found = []
    if sha256_of(snapshot.figures) != snapshot.sha256:
        found.append(_("数字与校验码不符，保存后被改动过。"))
    figures = read(snapshot)
    text = _list_text(snapshot)
    if not sha256_of(text) == snapshot.list_hash == figures["list_sha256"]:
        found.append(_("企业名单与校验码不符，保存后被改动过。"))
    elif counts(list_of(snapshot)) != {name: figures[name] for name in COUNTED}:
        found.append(_("数字与企业名单重新合计的结果不符。"))
    if not _is_in_trail(snapshot):
        found.append(_("操作记录中没有这个校验码。"))
    return found


def figure_corrections(snapshot: CoverageSnapshot, now: Frozen) -> list[FigureCorrection]:
    """Every figure of a snapshot beside what the records of today give for its day."""
    before, after = read(snapshot), json.loads(now.figures)
    return [FigureCorrection(name, label, before[name], after[name]) for name, label in labels().items()]


def company_corrections(snapshot: CoverageSnapshot, now: Listed, scope: Scope) -> list[CompanyCorrection]:
    """The companies that are counted differently now, in the order of their keys; strangers without a name."""
    before = list_of(snapshot)
    changed = sorted(pk for pk in before.keys() | now.keys() if before.get(pk) != now.get(pk))
    named = Company.objects.within(scope).in_bulk(changed)
    nothing: tuple[None, bool] = (None, False)
    rows: Iterable[Any] = ((pk, before.get(pk, nothing), now.get(pk, nothing)) for pk in changed)
    return [CompanyCorrection(named.get(pk), was[0], is_[0], was[1], is_[1]) for pk, was, is_ in rows]


def labels() -> dict[str, str]:
    """What the figures of a snapshot are called."""
    return {
        "companies": _("企业（家）"),
        "own": str(CoverageState.OWN.label),
        "joint": str(CoverageState.JOINT.label),
        "work_only": str(CoverageState.WORK_ONLY.label),
        "none": str(CoverageState.NONE.label),
        "effective": _("有效覆盖"),
        "branches": pgettext("复数", "党支部"),
        "joint_branches": _("联合党支部"),
        "listed_by_joint_branches": _("联合党支部覆盖的企业"),
    }


def list_labels() -> dict[str, str]:
    """What the ``LISTS`` of a snapshot are called."""
    sums = (CoverageChoice.ORGANIZATION, CoverageChoice.UNCOVERED)
    return labels() | {choice.value: str(choice.label) for choice in sums}


def _is_in_trail(snapshot: CoverageSnapshot) -> bool:
    entries = AuditEntry.objects.filter(object_type=snapshot._meta.label_lower, object_id=str(snapshot.pk))
    return any(entry.changes.get("sha256") == [None, snapshot.sha256] for entry in entries)


def _list_text(snapshot: CoverageSnapshot) -> str:
    return zlib.decompress(bytes(snapshot.companies)).decode()


def canonical(value: Any) -> str:
    """``value`` as JSON that is the same to the byte whenever the value is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def sha256_of(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
