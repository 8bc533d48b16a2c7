"""What takes longer than a page may: reading and checking a roster, and writing it."""

from __future__ import annotations

from django_tasks import task

from parkparty.rosters.services import batches, undoing


@task()
def check_roster(number: int) -> None:
    """Check the batch with this number; its page shows what was found."""
    try:
        batches.check_batch(number)
    except BaseException:
        batches.give_up_check(number)
        raise


@task()
def apply_roster(number: int) -> None:
    """Write the batch with this number."""
    batches.apply_batch(number)


@task()
def undo_roster(number: int) -> None:
    """Take back what the batch with this number wrote."""
    undoing.undo_batch(number)
