"""What takes longer than a page may: writing a report and its file, freezing a period."""

from __future__ import annotations

from django_tasks import task

from parkparty.reports import services


@task()
def write_file(key: int) -> None:
    """Write the file of the job with this key."""
    services.write_file(key)


@task()
def freeze(key: int, by: int) -> None:
    """Freeze the period with this key in the name of the user with that one."""
    services.freeze_asked(key, by)
