"""Who is effectively covered by what is kept is who the facts say, whatever was folded."""

from __future__ import annotations

from random import Random

import pytest

from parkparty.accounts.models import User
from parkparty.activities.models import Activity
from parkparty.companies.choices import Denominator
from parkparty.companies.models import Company
from parkparty.companies.querysets import Cut
from parkparty.core.scope import Scope
from parkparty.coverage.figures import effective_kept
from parkparty.coverage.figures.coverage import Point
from parkparty.coverage.figures.effective import effective_at, effective_companies
from parkparty.coverage.figures.effective_kept import effectively_covered
from parkparty.coverage.figures.met import met_at
from parkparty.coverage.models import FoldCount
from parkparty.coverage.services.counting import fold_all
from tests.conftest import World
from tests.coverage.play import ALL, SPAN, act, day_of, meet

pytestmark = pytest.mark.django_db

ACTS = ["found", "join", "join", "move", "upgrade", "deregister", "correct", "meet"]


@pytest.mark.parametrize("many", [0, 3_000])
@pytest.mark.parametrize("is_told", [True, False])
def test_lists_are_those_of_the_facts(
    field: World, secretary: User, monkeypatch: pytest.MonkeyPatch, many: int, is_told: bool
) -> None:
    monkeypatch.setattr(effective_kept, "MANY", many)
    random = Random(5)
    for number in range(24):
        act(field, secretary, random.choice(ACTS), random.randrange(40), random.randrange(SPAN))
        if number == 16:
            fold_all()
    for number in (0, 1, 3):
        meet(field, secretary, Company.objects.earliest("pk"), day_of(300 + 40 * number), number)
    by_park = Scope.everything().narrowed_to("places", field.kic.path)
    points = [
        Point(node, denominator, day_of(days), cut)
        for node in (field.kic, field.yangpu, field.kic_committee, field.joint_branch)
        for denominator in (Denominator.REGISTERED, Denominator.OPERATING)
        for days in (50, 400)
        for cut in (Cut(), Cut(size="large"))
    ]
    found = set()
    for change in (lambda: None, fold_all, Activity.objects.all().delete):
        change()
        if not is_told:
            FoldCount.objects.update(told=-1)
        for point in points:
            for scope in (ALL, by_park):
                asked = {"as_of": point.as_of, "denominator": point.denominator, "cut": point.cut}
                facts = set(effective_companies(point.node, scope=scope, **asked))
                rows, number = effectively_covered(point, scope)
                assert set(rows) == facts
                assert number in (None, len(facts))
                assert effective_at([point], scope, None, met_at) == effective_at([point], scope)
                found.add((number is None, len(facts)))
    assert {number for is_unknown, number in found if not is_unknown} > {0, 2}
