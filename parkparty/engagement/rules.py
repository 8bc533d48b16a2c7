"""What a chat robot's address must look like, and what each kind is sent and answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from parkparty.engagement.choices import ROBOT_HOSTS, RobotKind


def check_robot_address(address: str, kind: str, gateways: list[str]) -> None:
    """Refuse an address that is neither one of the kind's own robots nor one of the site's ``gateways`` (host:port).

    Raises:
        ValidationError: with what to paste instead.
    """
    parts = urlsplit(address)
    if parts.netloc in gateways and parts.scheme in ("http", "https"):
        return
    host = ROBOT_HOSTS[RobotKind(kind)]
    if parts.scheme != "https" or parts.netloc != host:
        fault = _("地址应以 https://%(host)s/ 开头，从群机器人的设置里复制。")
        raise ValidationError({"address": fault % {"host": host}})


def robot_payload(kind: str, text: str) -> dict[str, Any]:
    """``text`` in the format of a kind's group robots."""
    if kind == RobotKind.FEISHU:
        return {"msg_type": "text", "content": {"text": text}}
    return {"msgtype": "text", "text": {"content": text}}


def robot_fault(kind: str, answer: dict[str, Any]) -> str:
    """Why a robot did not take a message, in its own words; nothing when it did."""
    code = answer.get("code" if kind == RobotKind.FEISHU else "errcode")
    return "" if code == 0 else f"{code} {answer.get('msg') or answer.get('errmsg') or ''}".strip()
