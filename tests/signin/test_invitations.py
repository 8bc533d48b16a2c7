"""Accounts are opened by a link; nobody ever knows another's password."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.signin.models import Authenticator, Invitation, LoginSession
from parkparty.signin.services.invitations import issue_link
from tests.conftest import World
from tests.signin.conftest import PASSWORD, code_now, is_signed_in, sign_in

INVITE = "/accounts/people/invite/"
NEW = "白玉兰-7316-市民广场"
TYPED = {"new_password1": NEW, "new_password2": NEW}
LIST = "li.hua，李花，li.hua@example.cn，书记，KIC-J1\nwang\t王五\t\treviewer\tkic"


@pytest.fixture
def office(client: Client, keeper: User) -> Client:
    sign_in(client, "keeper")
    return client


def links_on(page: str) -> list[str]:
    return re.findall(r"http://testserver(/accounts/invitation/[^<\s]+)", page)


def link_for(user: User) -> str:
    return issue_link(user, by=None, site="").address


def test_R063_a_fresh_site_has_no_account(db) -> None:
    assert not User.objects.exists()
    for fixture in Path(site.BASE_DIR, "fixtures").rglob("*"):
        assert not (fixture.is_file() and "accounts.user" in fixture.read_text(encoding="utf-8", errors="ignore"))


def test_R067_a_list_opens_accounts_with_their_first_grant(office: Client, keeper: User) -> None:
    page = office.post(INVITE, {"people": LIST})
    assert len(links_on(page.content.decode())) == 2
    assert "no-store" in page["Cache-Control"]
    first, second = User.objects.filter(username__in=["li.hua", "wang"]).order_by("username")
    assert not first.has_usable_password()
    assert [(g.role, str(g.node)) for g in first.grants.all()] == [(Role.SECRETARY, "创智园联合支部")]
    assert [(g.role, str(g.node)) for g in second.grants.all()] == [(Role.REVIEWER, "创智园")]
    actions = AuditEntry.objects.filter(actor=keeper).values_list("action", flat=True)
    assert [list(actions).count(action) for action in ("新建用户", "授权", "发出开通链接")] == [2, 2, 2]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("li.hua,李花,,书记", "五项"),
        ("li.hua,李花,,站长,KIC", "没有“站长”"),
        ("li.hua,李花,,书记,NB", "没有代码为“NB”"),
        ("li.hua,李花,,书记,YP", "没有代码为“YP”"),
        ("li.hua,李花,not-mail,书记,KIC", "邮"),
        ("li hua,李花,,书记,KIC", "用户名"),
        ("li.hua,,,书记,KIC", "显示名"),
        ("keeper,李花,,书记,KIC", "已有人使用"),
        ('li.hua,"李花,,书记,KIC', "第 1 行"),
        ("a,甲,,书记,KIC\nA,乙,,书记,KIC", "第 2 行"),
        ("li.hua,李花,,书记,kic", "书记的授权"),
        ("", "填写名单"),
    ],
)
def test_a_list_with_a_fault_opens_nothing_and_stays(office: Client, line: str, told: str) -> None:
    count = User.objects.count()
    page = office.post(INVITE, {"people": line}).content.decode()
    assert told in page
    assert line.splitlines()[-1:] == [] or line.splitlines()[-1].partition(",")[0] in page
    assert User.objects.count() == count
    assert not Invitation.objects.exists()


def test_every_line_that_is_wrong_is_told_at_once(office: Client) -> None:
    page = office.post(INVITE, {"people": "a,甲,,书记,KIC\nb,乙\n\nc,丙,,站长,KIC"}).content.decode()
    assert "第 2 行" in page
    assert "第 4 行" in page
    assert "第 1 行" not in page


@pytest.mark.parametrize("role", ["secretary", "reviewer", "viewer", "auditor", "stranger"])
def test_only_administrators_open_accounts(
    request: pytest.FixtureRequest, client_of: Callable[[User], Client], role: str
) -> None:
    client = client_of(request.getfixturevalue(role))
    for name in ("people", "invite"):
        assert client.get(reverse(f"accounts:{name}")).status_code == 403


def test_administrators_reach_only_people_of_their_own_subtree(
    office: Client, secretary: User, other_secretary: User, keeper: User
) -> None:
    page = office.get(reverse("accounts:people")).content.decode()
    assert "创智园联合支部书记" in page
    assert "邻里园支部书记" not in page
    assert office.get(reverse("accounts:person", args=[secretary.pk])).status_code == 200
    for person in (other_secretary, keeper):
        assert office.get(reverse("accounts:person", args=[person.pk])).status_code == 404
        for step in ("password_reset", "factor_reset", "person_sign_out"):
            assert office.post(reverse(f"accounts:{step}", args=[person.pk])).status_code == 404
            assert office.get(reverse(f"accounts:{step}", args=[secretary.pk])).status_code == 405
    assert not Invitation.objects.exists()


def test_people_are_found_by_part_of_a_name(office: Client, secretary: User, make_user: Callable[..., User]) -> None:
    address = reverse("accounts:people")
    assert "创智园联合支部书记" in office.get(address, {"name": "联合"}).content.decode()
    assert "没有找到账号" in office.get(address, {"name": "无此人"}).content.decode()


def test_R067_the_owner_sets_the_password_and_signs_in(client: Client, make_user: Callable[..., User]) -> None:
    user = make_user("li.hua", display_name="李花")
    link = link_for(user)
    assert "李花" in client.get(link).content.decode()
    assert client.post(link, TYPED).url == reverse("accounts:login")
    assert not is_signed_in(client)
    sign_in(client, "li.hua", NEW)
    assert is_signed_in(client)
    assert AuditEntry.objects.filter(action="用链接设置密码", actor=user).exists()


def test_R067_a_weak_password_leaves_the_link_open(client: Client, member: User) -> None:
    link = link_for(member)
    page = client.post(link, {"new_password1": "aa123456aa123456", "new_password2": "aa123456aa123456"})
    assert "常见" in page.content.decode()
    assert client.post(link, TYPED).status_code == 302


def test_R067_a_link_works_once(client: Client, member: User) -> None:
    link = link_for(member)
    client.post(link, TYPED)
    for response in (client.get(link), client.post(link, TYPED)):
        assert response.status_code == 410
        assert "上级管理员" in response.content.decode()


def test_R067_a_link_expires_after_seven_days(client: Client, member: User, clock) -> None:
    link = link_for(member)
    clock.shift(dt.timedelta(days=7, seconds=-1))
    assert client.get(link).status_code == 200
    clock.shift(2)
    assert client.post(link, TYPED).status_code == 410
    member.refresh_from_db()
    assert not member.check_password(NEW)


def test_R068_a_newer_link_ends_the_older(client: Client, member: User) -> None:
    older, newer = link_for(member), link_for(member)
    assert client.get(older).status_code == 410
    assert client.get(newer).status_code == 200


def test_R068_a_link_of_a_disabled_account_opens_nothing(client: Client, member: User) -> None:
    link = link_for(member)
    User.objects.filter(pk=member.pk).update(is_active=False)
    assert client.post(link, TYPED).status_code == 410


def test_R068_a_reset_ends_the_old_password_and_every_session(office: Client, secretary: User) -> None:
    secretary.set_password(PASSWORD)
    secretary.save()
    theirs = Client()
    sign_in(theirs, "secretary")
    page = office.post(reverse("accounts:password_reset", args=[secretary.pk])).content.decode()
    assert theirs.get("/accounts/security/").status_code == 302
    sign_in(theirs, "secretary")
    assert not is_signed_in(theirs)
    theirs.post(links_on(page)[0], TYPED)
    sign_in(theirs, "secretary", NEW)
    assert is_signed_in(theirs)
    assert AuditEntry.objects.filter(action="重设密码", object_id=str(secretary.pk)).count() == 1


def test_R068_a_reset_does_not_pass_by_the_second_factor(client: Client, member: User, phone_of) -> None:
    secret = phone_of(member)
    client.post(link_for(member), TYPED)
    assert sign_in(client, password=NEW).url == reverse("accounts:second_factor")
    assert not is_signed_in(client)
    client.post(reverse("accounts:second_factor"), {"code": code_now(secret)})
    assert is_signed_in(client)


def test_R068_a_forged_host_changes_no_link(office: Client, secretary: User, settings) -> None:
    address = reverse("accounts:password_reset", args=[secretary.pk])
    assert office.post(address, headers={"Host": "evil.example"}).status_code == 400
    settings.SITE_URL = "https://dj.example.cn"
    page = office.post(address).content.decode()
    assert "https://dj.example.cn/accounts/invitation/" in page


def test_R068_links_are_long_random_and_kept_as_hashes(member: User) -> None:
    link = link_for(member)
    token = link.split("/")[-2]
    assert len(token) >= 43
    assert token not in str(Invitation.objects.values().get())
    assert token not in str(list(AuditEntry.objects.values()))


def test_a_lost_phone_is_taken_out_by_the_administrator(office: Client, secretary: User, phone_of) -> None:
    phone_of(secretary)
    assert "手机丢了" in office.get(reverse("accounts:person", args=[secretary.pk])).content.decode()
    office.post(reverse("accounts:factor_reset", args=[secretary.pk]))
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(action="撤销第二步验证", object_id=str(secretary.pk)).exists()


def test_R073_an_administrator_signs_somebody_out(office: Client, secretary: User, client_of) -> None:
    theirs = client_of(secretary)
    office.post(reverse("accounts:person_sign_out", args=[secretary.pk]))
    assert theirs.get("/accounts/security/").status_code == 302
    assert LoginSession.objects.count() == 1


def test_links_are_mailed_where_mail_is_set_up(office: Client, settings) -> None:
    settings.MAIL_IS_SET = True
    page = office.post(INVITE, {"people": LIST}).content.decode()
    assert "已发到 li.hua@example.cn" in page
    assert len(links_on(page)) == 1
    letter = mail.outbox[0]
    assert letter.to == ["li.hua@example.cn"]
    assert "/accounts/invitation/" in letter.body
    assert "&" not in letter.body


def test_a_mail_server_that_fails_leaves_the_link_to_hand_over(office: Client, settings) -> None:
    settings.MAIL_IS_SET = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert len(links_on(office.post(INVITE, {"people": LIST}).content.decode())) == 2


class TestCommand:
    """``manage.py invite``."""

    def test_opens_accounts_from_a_file(self, world: World, settings, tmp_path: Path, capsys) -> None:
        settings.SITE_URL = "https://dj.example.cn"
        file = tmp_path / "people.csv"
        file.write_text("\ufeffli.hua,李花,,管理员,310110\n", encoding="utf-8")
        call_command("invite", str(file))
        assert "li.hua\thttps://dj.example.cn/accounts/invitation/" in capsys.readouterr().out
        assert User.objects.get(username="li.hua").grants.get().area == world.yangpu

    def test_gives_one_person_a_new_link(self, member: User, settings, capsys) -> None:
        settings.SITE_URL = "https://dj.example.cn"
        call_command("invite", "--user", "member")
        assert "member\thttps://dj.example.cn/" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [(["--user", "nobody"], "没有登录名为"), (["/nowhere.csv"], "读不了名单")],
    )
    def test_says_what_is_wrong(self, db, settings, arguments: list[str], told: str) -> None:
        settings.SITE_URL = "https://dj.example.cn"
        with pytest.raises(CommandError, match=told):
            call_command("invite", *arguments)

    def test_needs_the_address_of_the_site(self, member: User) -> None:
        with pytest.raises(CommandError, match="SITE_URL"):
            call_command("invite", "--user", "member")
        assert not Invitation.objects.exists()


def test_R068_a_reset_also_ends_sessions_that_needed_no_password(
    office: Client, secretary: User, client_of: Callable[[User], Client]
) -> None:
    theirs = client_of(secretary)
    assert theirs.get("/accounts/security/").status_code == 200
    office.post(reverse("accounts:password_reset", args=[secretary.pk]))
    assert theirs.get("/accounts/security/").status_code == 302
