"""A subquery written once says what Django's ``Exists`` says, at whatever level it stands."""

from __future__ import annotations

import pytest
from django.db.models import Case, Exists, OuterRef, Q, When

from parkparty.companies.models import Company, Tenancy
from parkparty.core.models import OfOuter, Written
from parkparty.places.models import Park
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
