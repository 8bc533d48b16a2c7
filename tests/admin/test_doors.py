"""Who may enter the data site, and what it offers them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.access.admin.site import site
from parkparty.access.choices import Role
from parkparty.access.permissions import Action
from parkparty.accounts.models import User
from tests.admin.conftest import address_of

INDEX = "/admin/"
TRAIL = {model.__name__ for model, pages in site._registry.items() if pages.action == Action.READ_AUDIT}


def test_a_visitor_is_sent_to_the_login_and_back(client: Client, db: None) -> None:
    for address in (INDEX, address_of("changelist", User), reverse("admin:autocomplete"), "/admin/nothing/"):
        assert client.get(address).url == f"{reverse('accounts:login')}?next={address}"


@pytest.mark.parametrize("role", ["secretary", "reviewer", "viewer", "stranger"])
def test_other_roles_are_told_who_can_help(request: pytest.FixtureRequest, client_of: Callable, role: str) -> None:
    client = client_of(request.getfixturevalue(role))
    for address in (INDEX, address_of("changelist", User), reverse("admin:autocomplete"), "/admin/jsi18n/"):
        answer = client.get(address)
        assert answer.status_code == 403
        assert "由管理员办理" in answer.content.decode()


def test_the_staff_flag_opens_nothing(make_user: Callable, client_of: Callable) -> None:
    assert client_of(make_user("staff", is_staff=True)).get(INDEX).status_code == 403


def offered(client: Client) -> set[str]:
    page = client.get(INDEX)
    return {model["object_name"] for app in page.context["app_list"] for model in app["models"]}


def test_administrators_see_everything_but_the_trail(administrator: User, client_of: Callable) -> None:
    everything = {model.__name__ for model in site._registry}
    assert offered(client_of(administrator)) == everything - TRAIL


def test_auditors_see_the_trail_only(auditor: User, client_of: Callable) -> None:
    assert offered(client_of(auditor)) == TRAIL


@pytest.mark.parametrize("model", [*site._registry], ids=lambda model: model.__name__)
def test_auditors_and_administrators_keep_to_their_own_pages(
    model: type, administrator: User, auditor: User, client_of: Callable
) -> None:
    stranger = administrator if model.__name__ in TRAIL else auditor
    for page in ("changelist", "add"):
        assert client_of(stranger).get(address_of(page, model)).status_code == 403
    assert client_of(stranger).get(address_of("change", model, 1)).status_code in {403, 404}


def test_a_role_that_only_reads_adds_nothing_to_what_is_kept(world, make_user: Callable, client_of: Callable) -> None:
    user = make_user("both", Role.ADMINISTRATOR, world.kic)
    user.grants.create(role=Role.VIEWER, area=world.shanghai, since=user.grants.get().since)
    page = client_of(user).get("/admin/places/park/").content.decode()
    assert "创智园" in page
    assert "天地园" not in page


def test_the_first_administrator_is_made_by_a_superuser(world, client_of: Callable, db: None) -> None:
    root = User.objects.create_superuser("root", "", "x", display_name="根")
    page = client_of(root).get(address_of("change", type(world.kic), world.kic.pk))
    assert page.status_code == 200
    assert not TRAIL & offered(client_of(root))


def test_the_frame_is_ours(administrator: User, client_of: Callable) -> None:
    answer = client_of(administrator).get(INDEX)
    page = answer.content.decode()
    assert "园区党建 · 数据维护" in page
    assert "严禁录入、存储涉密信息" in page
    assert f'href="{reverse("home")}"' in page
    assert f'action="{reverse("accounts:logout")}"' in page
    assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["login", "logout", "password_change", "view_on_site"])
def test_django_keeps_no_second_door(administrator: User, client_of: Callable, name: str) -> None:
    assert name not in {pattern.name for pattern in site.get_urls() if hasattr(pattern, "name")}
    assert client_of(administrator).get(f"/admin/{name}/").status_code == 404
