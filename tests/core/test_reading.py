"""Reading ahead: over the one connection, in its transaction, whatever the database."""

import gc

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone, translation

from parkparty.core.reading import read_ahead, rubbish_left

pytestmark = pytest.mark.django_db


def keep(key: str) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())


def kept() -> set[str]:
    return set(Session.objects.values_list("pk", flat=True))


def test_what_its_transaction_wrote_is_read_while_it_goes_on_writing() -> None:
    with transaction.atomic():
        keep("before")
        with read_ahead(lambda: [kept() for _again in range(20)]) as read:
            for number in range(20):
                with transaction.atomic():
                    keep(f"meanwhile {number}")
            seen = read()
        assert all("before" in keys for keys in seen)
        transaction.set_rollback(True)
    assert kept() == set()
    assert not connection.allow_thread_sharing


def test_what_goes_wrong_is_told_to_who_asks_for_it() -> None:
    with read_ahead(lambda: 1 // 0) as read:
        assert kept() == set()
        with pytest.raises(ZeroDivisionError):
            read()


def test_it_is_read_in_the_language_of_the_caller() -> None:
    with translation.override("en"), read_ahead(translation.get_language) as read:
        assert read() == "en"


def test_rubbish_is_left_for_the_time_being_only() -> None:
    for was_on in (True, False):
        (gc.enable if was_on else gc.disable)()
        with rubbish_left():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    gc.enable()
