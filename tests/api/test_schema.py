"""openapi.json is true: however it is asked, well or ill, each answer is one that it describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState
from parkparty.activities.models import Activity
from parkparty.companies.models import Company
from parkparty.signin.services.tokens import make_token
from tests.conftest import World, cover, make_company

ADDRESSES = {
    "/api/v1/figures/": {},
    "/api/v1/organizations/": {},
    "/api/v1/organizations/{code}/": {"code": "KIC"},
    "/api/v1/companies/": {},
    "/api/v1/companies/{pk}/": {"pk": 1},
    "/api/v1/activities/": {},
    "/api/v1/activities/{pk}/": {"pk": 1},
}
EXAMPLES = 12

pytestmark = pytest.mark.sqlite


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The site in this process closes no connection after a request: the test's transaction lives in it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def described(
    one_connection: None, world: World, viewer: User, secretary: User, make_activity: Any, settings: Any
) -> Any:
    """The interface as openapi.json describes it, over a world with a row of each kind."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    settings.ALLOWED_HOSTS = ["*"]
    cover(make_company(1, world.kic), world.joint_branch)
    make_activity(world.joint_branch, secretary, state=ActivityState.SUBMITTED, present=3)
    return schemathesis.openapi.from_wsgi(reverse("api:openapi"), get_wsgi_application())


@pytest.fixture
def key(described: Any, viewer: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {make_token(by=viewer, name='平台', days=30, node=None)}"}


def test_every_address_is_described_and_tried(described: Any) -> None:
    assert {result.ok().path for result in described.get_all_operations()} == set(ADDRESSES)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", ADDRESSES)
def test_R024_every_answer_is_as_described(
    described: Any, key: dict[str, str], path: str, mode: GenerationMode
) -> None:
    operation = described[path]["GET"]
    statuses = set()

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        response = case.call(headers=key)
        statuses.add(response.status_code)
        case.validate_response(
            response,
            checks=[
                not_a_server_error,
                checks.status_code_conformance,
                checks.content_type_conformance,
                checks.response_headers_conformance,
                checks.response_schema_conformance,
                checks.negative_data_rejection,
            ],
        )

    ask()
    assert statuses


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_answer_of_a_real_row_is_as_described(described: Any, key: dict[str, str], path: str) -> None:
    rows = {"companies": Company, "activities": Activity}
    known = {
        name: rows[path.split("/")[3]].objects.get().pk if name == "pk" else value
        for name, value in ADDRESSES[path].items()
    }
    case = described[path]["GET"].Case(path_parameters=known)
    response = case.call_and_validate(headers=key)
    assert response.status_code == 200
