"""A chat robot's host may take its time: a page does not wait for it."""

from __future__ import annotations

from functools import partial

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from parkparty.engagement.services import robots


@task()
def deliver_message(key: int) -> None:
    """Deliver the robot's message with this key."""
    robots.deliver(key)


def enqueue_messages() -> int:
    """Hand what robots are to say to the workers, who get it once it is certain; returns how many messages."""
    keys = robots.waiting_messages(timezone.now())
    for key in keys:
        transaction.on_commit(partial(deliver_message.enqueue, key))
    return len(keys)
