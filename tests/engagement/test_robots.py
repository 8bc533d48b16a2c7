"""Chat robots: off until switched on, told of duties and never of people, at public addresses only, tried again."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from parkparty.audit.models import AuditEntry
from parkparty.engagement.choices import LONGEST_MESSAGE, MOST_TRIES, ReminderKind, RobotKind
from parkparty.engagement.models import Robot, RobotMessage
from parkparty.engagement.rules import check_robot_address
from parkparty.engagement.services import robots, wire
from parkparty.engagement.services.reminders import send_reminders
from parkparty.organizations.models import Organization
from parkparty.rules.models import Rule
from parkparty.signin.rules import seal, unseal
from tests.conftest import World

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
WEEK_BEFORE = dt.datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
"""A Monday morning, seven days before the end of the month."""


class Chat:
    """A chat program on this machine: what it was sent, and what it answers."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.answer: tuple[int, bytes] = (200, b'{"errcode": 0, "code": 0}')
        chat = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                chat.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status, body = chat.answer
                self.send_response(status)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.netloc = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def chat(settings: Any) -> Iterator[Chat]:
    one = Chat()
    settings.ROBOT_GATEWAYS = [one.netloc]
    yield one
    one.server.shutdown()
    one.server.server_close()


@pytest.fixture
def robot(chat: Chat) -> Callable[..., Robot]:
    def make(organization: Organization, kind: str = RobotKind.WECOM, is_on: bool = True) -> Robot:
        address = seal(f"http://{chat.netloc}/send?key=geheim")
        return Robot.objects.create(organization=organization, kind=kind, is_on=is_on, sealed_address=address)

    return make


@pytest.fixture
def message(robot: Any, world: World) -> RobotMessage:
    with time_machine.travel(WEEK_BEFORE, tick=False):
        return RobotMessage.objects.create(robot=robot(world.street_committee), text="你好")


def deliver(message: RobotMessage, now: dt.datetime = WEEK_BEFORE) -> bool:
    return robots.deliver(message.pk, now=now)


class TestWhatIsSaid:
    def test_the_nearest_robot_above_is_told_once_what_is_due_and_of_nobody(
        self, world: World, robot: Any, chat: Chat, monthly_rule: Rule, secretary: User, make_user: Any
    ) -> None:
        make_user("own", Role.SECRETARY, world.own_branch, display_name="王五")
        near, _far = robot(world.kic_committee), robot(world.street_committee)
        with time_machine.travel(WEEK_BEFORE, tick=False):
            assert send_reminders(WEEK_BEFORE.date()) == 2
        said = RobotMessage.objects.get()
        assert said.robot == near
        assert deliver(said)
        (got,) = chat.got
        text = got["text"]["content"]
        assert text.startswith("园区党建 · 到期前 7 天：2 项还没有上报\n")
        assert "创智园联合支部：主题党日（11 月），截止 2026-11-30" in text
        assert not [word for word in ("王五", "书记", "secretary") if word in text]

    def test_it_is_off_until_switched_on(self, world: World, robot: Any, monthly_rule: Rule, secretary: User) -> None:
        assert Robot._meta.get_field("is_on").default is False
        robot(world.street_committee, is_on=False)
        assert send_reminders(WEEK_BEFORE.date()) == 1
        assert not RobotMessage.objects.exists()

    def test_urging_tells_the_robot_and_a_worker_delivers(
        self, world: World, robot: Any, chat: Chat, monthly_rule: Rule, secretary: User, reviewer: User, client_of: Any,
        django_capture_on_commit_callbacks: Any,
    ) -> None:  # fmt: skip
        robot(world.street_committee)
        with time_machine.travel(WEEK_BEFORE, tick=False), django_capture_on_commit_callbacks(execute=True):
            client_of(reviewer).post("/missing/urge/", {"duty": [f"{world.joint_branch.pk}:R34"]})
        said = RobotMessage.objects.get()
        assert said.text.startswith("园区党建 · 催办：1 项")
        assert str(reviewer) not in said.text
        assert [got["text"]["content"] for got in chat.got] == [said.text]

    @pytest.mark.parametrize(
        ("kind", "told"),
        [
            (RobotKind.WECOM, {"msgtype": "text", "text": {"content": "你好"}}),
            (RobotKind.DINGTALK, {"msgtype": "text", "text": {"content": "你好"}}),
            (RobotKind.FEISHU, {"msg_type": "text", "content": {"text": "你好"}}),
        ],
    )
    def test_each_kind_in_its_own_format(
        self, message: RobotMessage, chat: Chat, kind: str, told: dict[str, Any]
    ) -> None:
        Robot.objects.update(kind=kind)
        assert deliver(message)
        assert chat.got == [told]

    def test_a_long_list_is_cut_to_what_a_chat_takes(self) -> None:
        text = robots._text(
            ReminderKind.URGED, [f"第{number}支部：主题党日（11 月），截止 2026-11-30" for number in range(99)]
        )
        assert len(text.encode()) <= LONGEST_MESSAGE + 60
        shown = text.count("支部：")
        assert text.endswith(f"另有 {99 - shown} 项，登录查看。")
        assert shown > 10


class TestDelivery:
    def test_once(self, message: RobotMessage, chat: Chat) -> None:
        assert deliver(message)
        assert not deliver(message)
        assert len(chat.got) == 1

    @pytest.mark.parametrize(
        ("answer", "fault"),
        [
            ((200, b'{"errcode": 45009, "errmsg": "too fast"}'), "45009 too fast"),
            ((500, b""), "HTTP 500"),
            ((302, b""), "HTTP 302"),
            ((200, b"<html>"), "JSONDecodeError"),
            ((200, b"[]"), "None"),
        ],
    )
    def test_what_fails_is_told_and_tried_again_but_not_for_ever(
        self, message: RobotMessage, chat: Chat, answer: tuple[int, bytes], fault: str
    ) -> None:
        good, chat.answer = chat.answer, answer
        assert not deliver(message)
        message.refresh_from_db()
        assert (message.sent_at, message.tries, message.fault) == (None, 1, fault)
        chat.answer = good
        assert deliver(message)
        RobotMessage.objects.update(sent_at=None, tries=MOST_TRIES)
        assert not deliver(message)

    def test_a_host_that_is_gone_is_told_without_its_address(self, message: RobotMessage, chat: Chat) -> None:
        chat.server.shutdown()
        chat.server.server_close()
        assert not deliver(message)
        message.refresh_from_db()
        assert message.fault == "ConnectionRefusedError"

    @pytest.mark.parametrize(
        "moment",
        [
            WEEK_BEFORE.replace(hour=7),
            WEEK_BEFORE.replace(hour=20),
            WEEK_BEFORE - dt.timedelta(days=1),
            WEEK_BEFORE + dt.timedelta(hours=49),
        ],
    )
    def test_not_at_night_not_on_free_days_and_not_when_it_is_old_news(
        self, message: RobotMessage, chat: Chat, moment: dt.datetime
    ) -> None:
        assert not deliver(message, moment)
        assert not chat.got

    def test_the_hourly_command_hands_on_what_waits(
        self, message: RobotMessage, chat: Chat, capsys: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with time_machine.travel(WEEK_BEFORE, tick=False), django_capture_on_commit_callbacks(execute=True):
            call_command("send_robot_messages")
        assert "已排入 1 条消息" in capsys.readouterr().out
        assert len(chat.got) == 1


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
            "https://qyapi.weixin.qq.com.evil.example/",
            "https://qyapi.weixin.qq.com@evil.example/",
            "https://qyapi.weixin.qq.com:8443/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://open.feishu.cn/open-apis/bot/v2/hook/1",
            "file:///etc/passwd",
            "//qyapi.weixin.qq.com/",
            "x",
        ],
    )
    def test_only_the_kinds_own_host_over_tls(self, address: str) -> None:
        check_robot_address("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", RobotKind.WECOM, [])
        with pytest.raises(ValidationError):
            check_robot_address(address, RobotKind.WECOM, [])

    @pytest.mark.parametrize(
        ("address", "public"),
        [
            ("1.1.1.1", True),
            ("2606:4700:4700::1111", True),
            ("127.0.0.1", False),
            ("10.1.2.3", False),
            ("172.16.0.1", False),
            ("192.168.0.1", False),
            ("169.254.169.254", False),
            ("100.64.0.1", False),
            ("0.0.0.0", False),
            ("224.0.0.1", False),
            ("255.255.255.255", False),
            ("::1", False),
            ("fe80::1%eth0", False),
            ("fd00::1", False),
            ("::ffff:10.0.0.1", False),
            ("64:ff9b::a00:1", False),
            ("2002:a00:1::", False),
            ("2001:0:1::", False),
        ],
    )
    def test_what_is_private_local_or_in_disguise_is_no_public_address(self, address: str, public: bool) -> None:
        assert wire.is_public(address) == public

    def test_a_name_that_leads_inside_is_not_asked(self, chat: Chat, settings: Any) -> None:
        settings.ROBOT_GATEWAYS = []
        with pytest.raises(wire.Undelivered, match="not a public address"):
            wire.post_json(f"https://localhost:{chat.server.server_port}/", {})
        with pytest.raises(wire.Undelivered, match="not https"):
            wire.post_json(f"http://{chat.netloc}/", {})
        assert not chat.got


class TestDataPage:
    def test_the_address_is_kept_sealed_shown_to_nobody_and_checked(
        self, world: World, district_administrator: User, client_of: Any
    ) -> None:
        client = client_of(district_administrator)
        page = {"organization": world.street_committee.pk, "kind": "dingtalk", "is_on": "on"}
        text = client.post("/admin/engagement/robot/add/", page | {"address": "https://evil.example/"}).content.decode()
        assert "https://oapi.dingtalk.com/ 开头" in text
        address = "https://oapi.dingtalk.com/robot/send?access_token=geheim"
        assert client.post("/admin/engagement/robot/add/", page | {"address": address}).status_code == 302
        robot = Robot.objects.get()
        assert unseal(robot.sealed_address) == address
        assert "geheim" not in client.get(f"/admin/engagement/robot/{robot.pk}/change/").content.decode()
        assert client.post(f"/admin/engagement/robot/{robot.pk}/change/", {"kind": "dingtalk"}).status_code == 302
        robot.refresh_from_db()
        assert (robot.is_on, unseal(robot.sealed_address)) == (False, address)
        assert "geheim" not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
        refused = client.post(f"/admin/engagement/robot/{robot.pk}/change/", {"kind": "feishu"})
        assert "粘贴群机器人的 Webhook 地址" in refused.content.decode()
