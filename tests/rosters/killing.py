"""Applies a batch in processes that kill themselves, each at a later statement, until one lives to the end.

``python -m tests.rosters.killing DATABASE STEP BATCH STRIDE`` prints a line a process: how it ended, and what another
process then finds. Forked, so that dozens of deaths take seconds.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import django


def main(step: str, number: int, stride: int) -> None:
    django.setup()
    for point in range(1, 2_000, stride):
        ended = _in_a_process(lambda at=point: _work(step, number, at))
        _in_a_process(lambda at=point, code=ended: _tell(number, at, code))
        if ended == 0:
            return


def _in_a_process(work: Any) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001  the parent reads the exit status
            os._exit(1)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def _work(step: str, number: int, point: int) -> None:
    from django.db import connection

    from parkparty.rosters.services import batches, undoing

    seen = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        {"check": batches.check_batch, "apply": batches.apply_batch, "undo": undoing.undo_batch}[step](number)


def _tell(number: int, point: int, ended: int) -> None:
    from parkparty.audit.models import AuditEntry
    from parkparty.companies.models import Company, CoverageLink, Tenancy
    from parkparty.organizations.models import Organization
    from parkparty.rosters.models import RosterBatch, RosterWrite

    tables = (Company, Tenancy, CoverageLink, Organization, RosterWrite, AuditEntry)
    counts = [table._default_manager.count() for table in tables]
    print(json.dumps([point, ended, RosterBatch.objects.get(pk=number).state, counts]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
