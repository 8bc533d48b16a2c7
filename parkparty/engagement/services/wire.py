"""One way out of the site: a small JSON message to a host that is allowed, at a public address, without detours."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10
LONGEST_ANSWER = 64 * 1024
PUBLIC_V6 = ipaddress.ip_network("2000::/3")
TUNNELS = [ipaddress.ip_network(network) for network in ("2002::/16", "2001::/32")]
"""Addresses that carry another one inside: 6to4 and Teredo."""


class Undelivered(Exception):
    """The message did not arrive; the sentence tells why and holds nothing of the address."""


def post_json(address: str, payload: dict[str, Any]) -> dict[str, Any]:
    """Send ``payload`` and read the answer. Redirections are not followed, proxies not asked.

    Raises:
        Undelivered: when the host is not public, does not answer in time, or answers anything but JSON.
    """
    parts = urlsplit(address)
    try:
        connection = _connection(parts.scheme, parts.hostname or "", parts.port, parts.netloc)
        try:
            path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            body = json.dumps(payload, ensure_ascii=False).encode()
            connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
            response = connection.getresponse()
            content = response.read(LONGEST_ANSWER)
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise Undelivered(f"HTTP {response.status}")
        answer = json.loads(content)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise Undelivered(type(fault).__name__) from fault
    return answer if isinstance(answer, dict) else {}


class _PinnedConnection(http.client.HTTPSConnection):
    """TLS with ``host`` at the very address that was looked at: a second look-up could find another."""

    def __init__(self, host: str, port: int, at: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._tls)
        self._at = at

    def connect(self) -> None:
        plain = socket.create_connection((self._at, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _connection(scheme: str, host: str, port: int | None, netloc: str) -> http.client.HTTPConnection:
    if netloc in settings.ROBOT_GATEWAYS:
        kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
        return kind(host, port, timeout=SECONDS)
    if scheme != "https":
        raise Undelivered("not https")
    port = port or http.client.HTTPS_PORT
    return _PinnedConnection(host, port, public_address(host, port))


def public_address(host: str, port: int) -> str:
    """An address of ``host``, when all that its name leads to are public.

    Raises:
        Undelivered: when one is private, local, or hides another address.
        OSError: when the name leads nowhere.
    """
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(is_public(address) for address in found):
        raise Undelivered("not a public address")
    return found[0]


def is_public(address: str) -> bool:
    """Whether ``address`` lies on the open internet, and is no other one in disguise."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        return ip in PUBLIC_V6 and ip.is_global and not any(ip in network for network in TUNNELS)
    return ip.is_global and not ip.is_multicast
