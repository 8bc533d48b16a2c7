"""Users and grants: given within reach, by somebody else, to one person in one of the rights kept apart."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from tests.admin.conftest import address_of
from tests.admin.forms import submit
from tests.conftest import LONG_AGO, World

NEW_USER, NEW_GRANT = address_of("add", User), address_of("add", Grant)


@pytest.fixture
def park_client(administrator: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(administrator)


def new_user(client: Client, role: str = "", **more: Any) -> Any:
    account = {"username": "newcomer", "display_name": "新人"}
    grant = {"grants__0__role": role, "grants__0__since": "2026-01-01"} if role else {}
    return submit(client, NEW_USER, **account | grant | more)


class TestUsers:
    def test_an_account_comes_with_a_role_in_reach(self, park_client: Client, world: World) -> None:
        answer = new_user(park_client, Role.SECRETARY, grants__0__organization=world.joint_branch.pk)
        assert answer.status_code == 302
        user = User.objects.get(username="newcomer")
        assert not user.has_usable_password()
        assert user.grants.get().organization == world.joint_branch
        assert not user.is_staff
        actions = list(AuditEntry.objects.filter(actor__isnull=False).order_by("id").values_list("action", flat=True))
        assert actions == ["新建用户", "授权"]

    def test_no_password_is_typed_by_others(self, park_client: Client, world: World, secretary: User) -> None:
        sent = {"password": "x", "password1": "x", "password2": "x"}
        assert new_user(park_client, Role.VIEWER, grants__0__park=world.kic.pk, **sent).status_code == 302
        assert submit(park_client, address_of("change", User, secretary.pk), **sent).status_code == 302
        assert not User.objects.get(username="newcomer").has_usable_password()
        assert User.objects.get(pk=secretary.pk).password == secretary.password

    def test_the_page_of_an_account_leads_to_its_password(self, park_client: Client, secretary: User) -> None:
        page = park_client.get(address_of("change", User, secretary.pk)).content.decode()
        assert f'href="{reverse("accounts:person", args=[secretary.pk])}"' in page

    def test_an_account_of_nobody_is_not_kept(self, park_client: Client) -> None:
        page = new_user(park_client).content.decode()
        assert "新用户至少需要一条您负责范围内的授权" in page
        assert 'value="新人"' in page
        assert not User.objects.filter(username="newcomer").exists()

    def test_a_role_elsewhere_is_no_choice(self, park_client: Client, world: World) -> None:
        assert new_user(park_client, Role.VIEWER, grants__0__park=world.neighbour.pk).status_code == 200
        assert not User.objects.filter(username="newcomer").exists()

    def test_nobody_makes_superusers_or_staff(self, park_client: Client, secretary: User) -> None:
        sent = {"is_superuser": "on", "is_staff": "on", "display_name": "改名"}
        assert submit(park_client, address_of("change", User, secretary.pk), **sent).status_code == 302
        secretary.refresh_from_db()
        assert (secretary.is_superuser, secretary.is_staff, secretary.display_name) == (False, False, "改名")

    def test_an_account_is_closed_and_its_scope_with_it(
        self, park_client: Client, secretary: User, scope_for: Callable
    ) -> None:
        assert submit(park_client, address_of("change", User, secretary.pk), is_active=[]).status_code == 302
        secretary.refresh_from_db()
        assert not scope_for(secretary).reaches

    def test_an_address_is_never_written_into_the_trail(self, park_client: Client, secretary: User) -> None:
        submit(park_client, address_of("change", User, secretary.pk), email="someone@example.cn")
        assert AuditEntry.objects.first().changes == {"email": ["…", "…"]}

    @pytest.mark.parametrize("whose", ["self", "root", "stranger", "elsewhere", "partly", "above"])
    def test_other_accounts_do_not_exist(
        self, park_client: Client, administrator: User, world: World, make_user: Callable, whose: str
    ) -> None:
        user = {
            "self": lambda: administrator,
            "root": lambda: User.objects.create_superuser("root", "", "x", display_name="根"),
            "stranger": lambda: make_user("nobody"),
            "elsewhere": lambda: make_user("other", Role.VIEWER, world.neighbour),
            "partly": lambda: make_user("partly", Role.VIEWER, world.kic, world.neighbour),
            "above": lambda: make_user("above", Role.ADMINISTRATOR, world.yangpu),
        }[whose]()
        address = address_of("change", User, user.pk)
        assert park_client.get(address).status_code == 404
        assert park_client.post(address, {"display_name": "改名"}).status_code == 404


class TestGrants:
    def give(self, client: Client, user: User, role: str, **node: Any) -> Any:
        return submit(client, NEW_GRANT, user=user.pk, role=role, since="2026-01-01", **node)

    def test_a_role_is_given_and_taken_back(self, park_client: Client, world: World, secretary: User) -> None:
        assert self.give(park_client, secretary, Role.VIEWER, park=world.kic.pk).status_code == 302
        grant = secretary.grants.get(role=Role.VIEWER)
        address = address_of("delete", Grant, grant.pk)
        assert park_client.post(address, {"post": "yes"}).status_code == 302
        assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True))[-2:] == ["授权", "收回授权"]
        assert not Grant.objects.filter(pk=grant.pk).exists()

    def test_a_role_ends_on_a_day(self, park_client: Client, secretary: User) -> None:
        grant = secretary.grants.get()
        assert submit(park_client, address_of("change", Grant, grant.pk), until="2026-05-01").status_code == 302
        assert AuditEntry.objects.first().changes == {"until": [None, "2026-05-01"]}

    @pytest.mark.parametrize(
        ("role", "node"),
        [
            (Role.VIEWER, "neighbour"),
            (Role.ADMINISTRATOR, "wujiaochang"),
            (Role.REVIEWER, "street_committee"),
            (Role.SECRETARY, "neighbour_branch"),
        ],
    )
    def test_nothing_is_given_beyond_ones_reach(
        self, park_client: Client, world: World, secretary: User, role: str, node: str
    ) -> None:
        place = getattr(world, node)
        before = Grant.objects.count()
        assert self.give(park_client, secretary, role, **{place._meta.model_name: place.pk}).status_code == 200
        assert Grant.objects.count() == before

    def test_who_keeps_a_place_gives_no_role_in_its_organisations(
        self, world: World, make_user: Callable, client_of: Callable[[User], Client]
    ) -> None:
        keeper = client_of(make_user("keeper", Role.ADMINISTRATOR, world.kic))
        user = make_user("reader", Role.VIEWER, world.kic)
        answer = self.give(keeper, user, Role.SECRETARY, organization=world.joint_branch.pk)
        assert "只能在自己负责的" in answer.content.decode()
        assert user.grants.count() == 1

    def test_nobody_helps_themselves(self, park_client: Client, administrator: User, world: World) -> None:
        assert (
            self.give(park_client, administrator, Role.SECRETARY, organization=world.joint_branch.pk).status_code == 200
        )
        own = administrator.grants.first()
        assert park_client.post(address_of("delete", Grant, own.pk), {"post": "yes"}).status_code == 403
        assert administrator.grants.count() == 2

    @pytest.mark.parametrize(
        ("held", "wanted"), [(Role.ADMINISTRATOR, Role.AUDITOR), (Role.AUDITOR, Role.ADMINISTRATOR)]
    )
    def test_who_changes_data_does_not_read_the_trail(
        self, park_client: Client, world: World, make_user: Callable, held: str, wanted: str
    ) -> None:
        user = make_user("colleague", held, world.kic)
        answer = self.give(park_client, user, wanted, park=world.kic.pk)
        assert "由不同的人担任" in answer.content.decode()
        assert user.grants.count() == 1

    def test_one_right_may_follow_the_other(self, park_client: Client, world: World, make_user: Callable) -> None:
        user = make_user("colleague", Role.AUDITOR, world.kic)
        user.grants.update(until="2025-12-31")
        assert self.give(park_client, user, Role.ADMINISTRATOR, park=world.kic.pk).status_code == 302

    @pytest.mark.parametrize("nodes", [(), ("kic", "kic_committee")])
    def test_a_role_is_held_on_exactly_one_node(
        self, park_client: Client, world: World, secretary: User, nodes: tuple[str, ...]
    ) -> None:
        chosen = {getattr(world, name)._meta.model_name: getattr(world, name).pk for name in nodes}
        assert "三项只填一项" in self.give(park_client, secretary, Role.VIEWER, **chosen).content.decode()

    def test_a_secretary_belongs_to_an_organisation(self, park_client: Client, world: World, secretary: User) -> None:
        answer = self.give(park_client, secretary, Role.SECRETARY, park=world.kic.pk)
        assert "书记的授权应落在党组织上" in answer.content.decode()

    def test_a_grant_above_is_neither_seen_nor_ended(
        self, park_client: Client, world: World, district_administrator: User
    ) -> None:
        for grant in district_administrator.grants.all():
            assert park_client.get(address_of("change", Grant, grant.pk)).status_code == 404
        assert district_administrator.grants.filter(since=LONG_AGO).count() == 2
