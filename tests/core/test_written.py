"""SQL that is written once says what Django's says each time, at whatever level it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce

from parkparty.companies.models import Company, CompanyMemberCount, Tenancy
from parkparty.core.written import ObjectsByKeys, OfKeys, OfOuter, RowsByKeys, Written
from parkparty.places.models import Park
from parkparty.rules.choices import RuleKind
from parkparty.rules.models import Rule
from tests.conftest import World, make_company

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("one_by_one", [False, True])
def test_rows_of_the_outer_row_are_found_as_by_exists(world: World, one_by_one: bool) -> None:
    companies = [make_company(n, (world.kic, world.tiandi)[n % 2]) for n in range(5)]
    here = Tenancy.objects.filter(park=world.kic)
    written = Written.of(here.filter(company=OfOuter()), one_by_one=one_by_one)
    there = Exists(here.filter(company=OuterRef("pk")))
    found = Company.objects.order_by("pk")
    for asked, plain in ((Q(written), Q(there)), (~Q(written), ~Q(there))):
        assert list(found.filter(asked)) == list(found.filter(plain)) != []
        in_case = Case(When(asked, then=True), default=False)
        assert list(found.filter(in_case)) == list(found.filter(plain))
        below = Company.objects.filter(asked, pk=OuterRef("company"))
        parks = Park.objects.filter(tenancies__in=Tenancy.objects.filter(Exists(below)))
        assert set(parks) == {world.kic if plain == Q(there) else world.tiandi}
    same = Written.of(found.filter(asked, pk=OfOuter()), one_by_one=one_by_one)
    assert list(found.filter(same)) == companies[1::2]
    assert list(found.annotate(here=written).values_list("here", flat=True)) == [True, False, True, False, True]


def test_of_no_rows_at_all_none_is_found(world: World) -> None:
    make_company(1, world.kic)
    nothing = Written.of(Tenancy.objects.none().filter(company=OfOuter()))
    assert not Company.objects.filter(nothing).exists()
    assert Company.objects.filter(~Q(nothing)).count() == 1


def test_a_number_of_the_outer_row_is_that_of_a_subquery(world: World) -> None:
    for n, counts in enumerate(((), (3,), (5, 4), (None, 2))):
        company = make_company(n, world.kic)
        for year, full in enumerate(counts):
            if full is not None:
                CompanyMemberCount.objects.create(company=company, as_of=dt.date(2020 + year, 1, 1), full=full)
    early, late = dt.date(2020, 6, 1), dt.date(2021, 6, 1)
    counts_of = CompanyMemberCount.objects.order_by("-as_of")
    for day, numbers in ((early, [None, 3, 5, None]), (late, [None, 3, 4, 2])):
        known = counts_of.filter(as_of__lte=day)
        written = Written.number(known.filter(company=OfOuter()).values("full")[:1])
        plain = Subquery(known.filter(company=OuterRef("pk")).values("full")[:1])
        found = Company.objects.annotate(written=written, plain=plain).order_by("pk")
        assert list(found.values_list("written", flat=True)) == list(found.values_list("plain", flat=True)) == numbers
        assert found.filter(written__gt=2).count() == found.filter(plain__gt=2).count()
        assert found.aggregate(sum=Sum("written")) == found.aggregate(sum=Sum("plain"))
    each = CompanyMemberCount.objects.order_by().values("company").annotate(number=Count("pk")).values("number")
    how_many = Company.objects.annotate(number=Coalesce(Written.number(each.filter(company=OfOuter())), 0))
    assert list(how_many.order_by("pk").values_list("number", flat=True)) == [0, 1, 2, 1]


def test_rows_by_keys_are_those_that_django_finds(world: World) -> None:
    keys = [make_company(n, (world.kic, world.tiandi)[n % 2]).pk for n in range(5)][:4]
    asked = ("company", "since", "until", "park__is_sample", "park__name", "name")
    rows = Tenancy.objects.filter(park__in=[world.kic, world.tiandi], since__gt="2000-01-01").order_by("-company")
    rows = rows.annotate(name=F("company__name")).values_list(*asked)
    written = RowsByKeys(rows.filter(OfKeys("company")))
    for some in (keys, keys[:1], dict.fromkeys(keys[1:])):
        found = [tuple(row) for row in written.read(some)]
        assert found == list(rows.filter(company__in=some))
        assert [type(value) for row in found for value in row] == [
            type(value) for row in rows.filter(company__in=some) for value in row
        ]
        assert len(found) == len(some)
    assert written.read([]) == []


def test_rows_of_several_kinds_stand_one_after_another(world: World) -> None:
    keys = [make_company(n, (world.kic, world.tiandi)[n % 2]).pk for n in range(4)]
    kinds = [
        Tenancy.objects.filter(park=park).order_by().values_list("company", "since") for park in Park.objects.all()
    ]
    nothing = Tenancy.objects.none().values_list("company", "since")
    written = RowsByKeys(*(rows.filter(OfKeys("company")) for rows in (nothing, *kinds, nothing)))
    for some in (keys, keys[1:2]):
        plain = [row for kind in kinds for row in kind.filter(company__in=some)]
        assert sorted(map(tuple, written.read(some))) == sorted(plain) != []


def test_objects_by_keys_are_those_that_django_finds_with_what_they_are_joined_with(
    world: World, django_assert_num_queries: Any
) -> None:
    keys = [make_company(n, (world.kic, world.tiandi)[n % 2]).pk for n in range(5)][:4]
    whole = Tenancy.objects.select_related("park__area", "building").order_by("-company")
    for rows in (whole, whole.only("company", "since", "park__key", "park__area__name", "building__name")):
        with django_assert_num_queries(1):
            found = ObjectsByKeys(rows.filter(OfKeys("company"))).read(keys)
        plain = list(rows.filter(company__in=keys))
        for read in (lambda it: it, lambda it: it.park, lambda it: it.park.area):
            assert [known(read(one)) for one in found] == [known(read(one)) for one in plain]
        assert [one.building for one in found] == [None] * len(keys)
        assert [one._state.adding for one in found] == [False] * len(keys)
    rules = Rule.objects.order_by("code")
    of_kinds = ObjectsByKeys(rules.filter(OfKeys("kind")))
    for kinds in (list(RuleKind.values), [RuleKind.SIZE]):
        assert [known(rule) for rule in of_kinds.read(kinds)] == [known(rule) for rule in rules.filter(kind__in=kinds)]
    assert ObjectsByKeys(rules.none().filter(OfKeys("kind"))).read([RuleKind.SIZE]) == []


def known(row: Any) -> dict[str, Any]:
    """What of a row was read."""
    return {name: value for name, value in vars(row).items() if name != "_state"}
