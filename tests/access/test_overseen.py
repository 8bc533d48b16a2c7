"""Whose acts an auditor reads: of accounts that belong to the auditor's places, through parks or organisations."""

from collections.abc import Callable

import pytest

from parkparty.access.choices import Role
from parkparty.accounts.models import User
from tests.conftest import World


@pytest.mark.parametrize(
    ("nodes", "is_read"),
    [
        (("joint_branch",), True),
        (("kic",), True),
        (("kic", "kic_committee"), True),
        (("putuo_committee",), False),
        (("joint_branch", "tiandi"), False),
        ((), False),
    ],
)
def test_an_auditor_of_a_place_reads_what_its_organisations_do(
    world: World, auditor: User, make_user: Callable, scope_for: Callable, nodes: tuple[str, ...], is_read: bool
) -> None:
    user = make_user("actor", Role.SECRETARY, *(getattr(world, name) for name in nodes))
    assert User.objects.overseen(scope_for(auditor)).filter(pk=user.pk).exists() == is_read


def test_reading_what_they_do_is_not_keeping_their_account(
    world: World, auditor: User, secretary: User, scope_for: Callable
) -> None:
    assert not User.objects.within(scope_for(auditor)).filter(pk=secretary.pk).exists()
