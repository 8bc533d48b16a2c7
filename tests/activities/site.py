"""A real site of one worker process beside the tests, and a client that loses its answer when the worker is killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

TOKEN = "a" * 32
ANSWER_SECONDS = 60


@dataclass(frozen=True)
class Site:
    """A running gunicorn."""

    process: subprocess.Popen[bytes]
    port: int

    def post(self, client: Client, address: str, data: dict[str, Any]) -> int | None:
        """The status of the answer; None when there was none."""
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = {"Content-Type": MULTIPART_CONTENT, "Cookie": f"{cookie}; {settings.CSRF_COOKIE_NAME}={TOKEN}"}
        body = encode_multipart(BOUNDARY, data | {"csrfmiddlewaretoken": TOKEN})
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)
        try:
            wire.request("POST", address, body, headers)
            return wire.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            wire.close()

    def post_and_kill(self, seconds: float, *request: Any) -> int | None:
        """Send a request and kill the worker ``seconds`` later, wherever it is by then; as ``post``."""
        answers: list[int | None] = []
        sender = threading.Thread(target=lambda: answers.append(self.post(*request)))
        sender.start()
        sender.join(seconds)
        os.kill(self._worker(), signal.SIGKILL)
        sender.join()
        return answers[0]

    def _worker(self) -> int:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while not (pids := children.read_text(encoding="ascii").split()):
            os.sched_yield()  # the next one is about to start
        return int(pids[0])


@contextmanager
def running_site(media: Path) -> Iterator[Site]:
    """A site on the database of the test, which must be one that commits."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        "MEDIA_ROOT": str(media),
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "1",
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "parkparty.wsgi"]
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout
            process.stdout.readline()  # it tells where it listens
            yield Site(process, port)
        finally:
            process.terminate()
