"""The same roster by django-import-export: ``make bench-import-others`` puts its ratios into docs/performance.md.

It imports one model at a time, so that a roster takes three passes: companies, tenancies, coverage links. Its branches
are founded beforehand, since their place in the tree is not a column, and nothing is checked, previewed or kept for
undoing: it does less than the import beside it. Works are done in turn, medians compared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bench_import import measure_on, put
from benchmarks.import_works import empty, import_file, prepare, row, timed, write_files

SECTION = """## Roster import beside django-import-export

Written by `make bench-import-others` (`ROWS=`, `ROUNDS=` choose another size): {about}.

{rows:,} rows of companies with park and joint branch on PostgreSQL, the same .csv file for all. django-import-export
takes it in three passes (companies, tenancies, coverage links), its branches stand beforehand, and it neither checks
nor previews nor keeps anything for undoing. With `use_bulk` it has all that its manual offers: keys and instances
looked up once, no diffs.

| work | median s | beside ours | bar |
|---|---:|---:|---|
{lines}

With `skip_unchanged` and cached keys `use_bulk` writes nothing on the second import either, so that there it is held
against reading and checking alone. The smaller the file, the more the start of the reading process weighs on ours.
"""
BARS = {"bulk": 15, "default": 30, "bulk again": 50, "default again": 50}
"""How many times ours each takes at least."""
WORKS = {
    "ours": "ours, first",
    "bulk": "django-import-export with `use_bulk`, first",
    "default": "django-import-export by default, first",
    "ours again": "ours, the same file again",
    "bulk again": "`use_bulk` with `skip_unchanged`, again",
    "default again": "by default, again",
}


def resources(*, bulk: bool) -> list[Any]:
    """One for each table that the roster fills, by default or with all that makes it fast."""
    from import_export.fields import Field
    from import_export.instance_loaders import CachedInstanceLoader
    from import_export.resources import modelresource_factory
    from import_export.widgets import CachedForeignKeyWidget, ForeignKeyWidget

    from parkparty.companies.models import Company, CoverageLink, Tenancy
    from parkparty.organizations.models import Organization
    from parkparty.places.models import Park

    widget = CachedForeignKeyWidget if bulk else ForeignKeyWidget
    options: dict[str, Any] = {"use_transactions": True}
    if bulk:
        options |= {"use_bulk": True, "skip_diff": True, "skip_unchanged": True, "report_skipped": False}

    def fields(**columns: tuple[str, Any]) -> dict[str, Field]:
        return {
            name: Field(attribute=name, column_name=title, **({"widget": widget} if widget else {}))
            for name, (title, widget) in columns.items()
        }

    def resource(model: Any, own: list[str], known_by: tuple[str, ...], columns: dict[str, Field]) -> Any:
        loader = {"instance_loader_class": CachedInstanceLoader} if bulk and len(known_by) == 1 else {}
        meta = {**options, **loader, "fields": own, "import_id_fields": known_by}
        return modelresource_factory(model, meta_options=meta, custom_fields=columns)()

    company = ("统一社会信用代码", widget(Company, "uscc"))
    return [
        resource(
            Company,
            ["uscc", "name", "industry_id", "staff_band"],
            ("uscc",),
            fields(
                uscc=("统一社会信用代码", None),
                name=("企业名称", None),
                industry_id=("行业代码", None),
                staff_band=("从业人数档", None),
            ),
        ),
        resource(
            Tenancy,
            ["company", "park", "since"],
            ("company", "park"),
            fields(company=company, park=("所属园区", widget(Park, "name")), since=("入驻日期", None)),
        ),
        resource(
            CoverageLink,
            ["company", "organization", "kind", "since"],
            ("company", "organization"),
            fields(
                company=company,
                organization=("党组织名称", widget(Organization, "name")),
                kind=("覆盖方式", None),
                since=("批准成立日期", None),
            ),
        ),
    ]


def import_by_others(path: Path, *, bulk: bool) -> None:
    """All three passes over the file."""
    import tablib

    data = tablib.Dataset().load(path.read_text(encoding="utf-8-sig"), format="csv")
    count = len(data)
    data.append_col(["10"] * count, header="从业人数档")
    data.append_col(["joint"] * count, header="覆盖方式")
    data.append_col(["2020-01-01"] * count, header="入驻日期")
    for resource in resources(bulk=bulk):
        resource.import_data(data, raise_errors=True)


def found_branches(rows: int) -> None:
    """The branches that the roster names."""
    from parkparty.organizations.models import Organization
    from parkparty.organizations.services import found_many

    above = Organization.objects.get(code="K")
    told = {line[5]: line[8] for line in map(row, range(rows))}
    found_many([
        Organization(
            code=f"KIC-N{number}", name=name, type="joint_branch", parent=above, park=above.park, status="active",
            approved_on=day,
        )
        for number, (name, day) in enumerate(told.items())
    ])  # fmt: skip


def measure(folder: Path, rows: int, rounds: int) -> dict[str, Any]:
    """Median seconds of each work; after each first import the tables hold the same."""
    import django

    django.setup()
    prepare()
    text, _book = write_files(folder, rows)
    by: dict[str, Callable[[], None]] = {
        "ours": lambda: import_file(text),
        "bulk": lambda: import_by_others(text, bulk=True),
        "default": lambda: import_by_others(text, bulk=False),
    }
    taken: dict[str, list[float]] = {name: [] for name in WORKS}
    for _round in range(rounds):
        for name, work in by.items():
            empty()
            if name != "ours":
                found_branches(rows)
            for kind in (name, f"{name} again"):
                taken[kind].append(timed(work))
                hold_all(rows)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def hold_all(rows: int) -> None:
    """Every row has its company, its tenancy and its link."""
    from parkparty.companies.models import Company, CoverageLink, Tenancy

    held = [model.objects.count() for model in (Company, Tenancy, CoverageLink)]
    if held != [rows] * 3:
        raise SystemExit(f"{held} of {rows}")


def section(rows: int, found: dict[str, Any], about: str) -> tuple[str, list[str]]:
    """The figures as Markdown, and the bars that were missed."""
    lines, missed = [], []
    for name, title in WORKS.items():
        times, bar = found[name] / found["ours again" if "again" in name else "ours"], BARS.get(name)
        told = f"≥ {bar} ×: {'met' if times >= bar else 'missed ✗'}" if bar else ""
        missed += [f"{title}: {times:.1f} × of {bar}"] if bar and times < bar else []
        lines.append(f"| {title} | {found[name]:.2f} | {times:.1f} × | {told} |")
    return SECTION.format(about=about, rows=rows, lines="\n".join(lines)), missed


def main() -> None:
    """Measure, and print the section or put it into the page.

    Raises:
        SystemExit: naming every bar that was missed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--write", type=Path, help="put the section into this page instead of printing it")
    options = parser.parse_args()
    if options.measure:
        json.dump(measure(options.measure, options.rows, options.rounds), sys.stdout)
        return
    found = measure_on("PostgreSQL", options.rows, options.rounds, script=__file__)
    about = f"rounds in turn: {options.rounds}, Python {platform.python_version()}, cores: {os.cpu_count()}"
    text, missed = section(options.rows, found, about)
    put(text, options.write) if options.write else sys.stdout.write(text)
    if missed:
        raise SystemExit(f"{len(missed)} bars missed: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
