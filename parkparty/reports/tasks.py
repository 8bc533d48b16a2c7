"""What takes longer than a page may: writing a report and its file."""

from __future__ import annotations

from django_tasks import task

from parkparty.reports import services


@task()
def write_file(key: int) -> None:
    """Write the file of the job with this key."""
    services.write_file(key)
