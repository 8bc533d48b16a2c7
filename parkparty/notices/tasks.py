"""Mail takes longer than a page may."""

from __future__ import annotations

from django_tasks import task

from parkparty.notices import services


@task()
def send_digest(key: int) -> None:
    """Mail the user with this key what is unread."""
    services.send_digest(key)
