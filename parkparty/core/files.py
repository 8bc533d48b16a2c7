"""Files from outside are read in a process of its own, which limits itself and is killed when it takes too long."""

from __future__ import annotations

import fcntl
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
"""The folder of the site, told without its settings: reading those takes longer than most files."""

_AHEAD = 2**20
"""Bytes that wait between a child and the site: as many as Linux allows everybody."""


def confine(*, memory: int, cpu_seconds: int) -> None:
    """Let this process have no more than ``memory`` bytes and ``cpu_seconds``, and leave no core file."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _widen(child: subprocess.Popen[bytes]) -> None:
    """Let the child write on while what it wrote is worked on, as far as the system has room for it."""
    if child.stdout:
        with suppress(OSError, AttributeError):
            fcntl.fcntl(child.stdout, fcntl.F_SETPIPE_SZ, _AHEAD)


@contextmanager
def child_process(module: str, *arguments: str, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m module``, with pipes for what goes in and comes out and none of our secrets in its environment.

    It is gone when the block ends, and after ``seconds`` in any case.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8"},
    )
    _widen(child)
    timer = threading.Timer(seconds, child.kill)
    timer.start()
    try:
        yield child
    finally:
        timer.cancel()
        child.kill()
        child.communicate()
