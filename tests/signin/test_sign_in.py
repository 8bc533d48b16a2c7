"""Signing in and out: with a password, and in the demo with one button a role."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.access.services import give_grant
from parkparty.accounts.choices import DemoRole
from parkparty.accounts.models import User

PASSWORD = "银杏-4821-长廊"
ELSEWHERE = ["//evil.example", "https:evil.example", "/\\evil.example", "\t//evil.example", "javascript:alert(1)"]


@pytest.fixture
def demo(settings) -> None:
    settings.DEMO = True


@pytest.fixture
def demo_users(world, make_user: Callable[..., User]) -> None:
    for role in DemoRole:
        user = make_user(f"demo-{role}", display_name=f"示例{role.value}")
        give_grant(user, Role(role.value), world.kic_committee, by=None)


@pytest.fixture
def member(make_user: Callable[..., User]) -> User:
    return make_user("member", password=PASSWORD, display_name="示例用户")


@pytest.fixture
def signed_in(member: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(member)


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("role", DemoRole)
def test_each_demo_button_reaches_its_home(client: Client, demo, demo_users, role: DemoRole) -> None:
    page = client.get(reverse("accounts:login")).content.decode()
    assert str(role.label) in page
    response = client.post(reverse("accounts:demo_login"), {"role": role}, follow=True)
    assert response.redirect_chain == [(reverse("home"), 302)]
    assert response.status_code == 200
    assert f"示例{role.value}" in response.content.decode()


def test_demo_login_does_not_exist_outside_the_demo(client: Client, demo_users) -> None:
    assert client.post(reverse("accounts:demo_login"), {"role": "secretary"}).status_code == 404
    assert not is_signed_in(client)
    assert "以书记身份体验" not in client.get(reverse("accounts:login")).content.decode()


@pytest.mark.parametrize("role", ["", "superuser", "demo-secretary", "\0"])
def test_demo_login_knows_only_its_roles(client: Client, demo, demo_users, role: str) -> None:
    assert client.post(reverse("accounts:demo_login"), {"role": role}).status_code == 404
    assert not is_signed_in(client)


def test_demo_login_by_link_is_refused(client: Client, demo, demo_users) -> None:
    assert client.get(reverse("accounts:demo_login"), {"role": "secretary"}).status_code == 405
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_without_demo_data_the_page_says_how_to_load_it(client: Client, demo) -> None:
    assert "manage.py demo" in client.get(reverse("accounts:login")).content.decode()
    page = client.post(reverse("accounts:demo_login"), {"role": "viewer"}, follow=True)
    assert "演示数据还没有载入" in page.content.decode()


def test_a_disabled_demo_user_cannot_be_tried(client: Client, demo, demo_users) -> None:
    User.objects.filter(username="demo-viewer").update(is_active=False)
    client.post(reverse("accounts:demo_login"), {"role": "viewer"})
    assert not is_signed_in(client)


def test_password_opens_the_home(client: Client, member: User) -> None:
    response = client.post(reverse("accounts:login"), {"username": "member", "password": PASSWORD})
    assert response.url == reverse("home")
    assert is_signed_in(client)


@pytest.mark.parametrize("typed", [("member", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_login_keeps_the_name_and_does_not_tell_which_half_was_wrong(
    client: Client, member: User, typed: tuple[str, str]
) -> None:
    page = client.post(reverse("accounts:login"), {"username": typed[0], "password": typed[1]}).content.decode()
    assert "用户名或密码不对" in page
    assert "<title>错误：登录" in page
    assert f'value="{typed[0]}"' in page
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_next_never_leads_to_another_site(client: Client, member: User, address: str) -> None:
    response = client.post(reverse("accounts:login"), {"username": "member", "password": PASSWORD, "next": address})
    assert response.url == reverse("home")


@pytest.mark.parametrize("address", ELSEWHERE)
def test_next_never_leads_to_another_site_in_the_demo(client: Client, demo, demo_users, address: str) -> None:
    response = client.post(reverse("accounts:demo_login"), {"role": "viewer", "next": address})
    assert response.url == reverse("home")


def test_next_leads_back_to_the_page_that_asked(client: Client, demo, demo_users) -> None:
    wanted = reverse("accounts:password_change")
    asked = client.get(wanted)
    assert asked.url == f"{reverse('accounts:login')}?next={wanted}"
    assert f'name="next" value="{wanted}"' in client.get(asked.url).content.decode()
    assert client.post(reverse("accounts:demo_login"), {"role": "viewer", "next": wanted}).url == wanted


def test_logout_is_a_button_not_a_link(signed_in: Client) -> None:
    assert signed_in.get(reverse("accounts:logout")).status_code == 405
    assert is_signed_in(signed_in)
    assert signed_in.post(reverse("accounts:logout")).url == reverse("accounts:login")
    assert not is_signed_in(signed_in)


def test_forms_need_their_token(member: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("accounts:login"), {"username": "member", "password": PASSWORD})
    assert response.status_code == 403
    assert "页面打开太久" in response.content.decode()
    assert not is_signed_in(strict)


class TestPasswordChange:
    """One's own password, with the current one."""

    address = "/accounts/password/"
    new = "白玉兰-7316-市民广场"

    def test_asks_for_the_current_one(self, signed_in: Client, member: User) -> None:
        typed = {"old_password": "wrong", "new_password1": self.new, "new_password2": self.new}
        page = signed_in.post(self.address, typed).content.decode()
        assert "当前密码不对" in page
        assert 'href="#id_old_password"' in page
        member.refresh_from_db()
        assert member.check_password(PASSWORD)

    def test_changes_it_and_ends_other_sessions(
        self, signed_in: Client, member: User, client_of: Callable[[User], Client]
    ) -> None:
        elsewhere = client_of(member)
        typed = {"old_password": PASSWORD, "new_password1": self.new, "new_password2": self.new}
        assert "密码已修改" in signed_in.post(self.address, typed, follow=True).content.decode()
        member.refresh_from_db()
        assert member.check_password(self.new)
        assert signed_in.get(self.address).status_code == 200
        assert elsewhere.get(self.address).status_code == 302

    @pytest.mark.parametrize(("new", "told"), [("短", "12"), ("password1234", "常见"), ("123456789012", "连续")])
    def test_weak_ones_are_refused_with_the_reason(self, signed_in: Client, new: str, told: str) -> None:
        typed = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        assert told in signed_in.post(self.address, typed).content.decode()
