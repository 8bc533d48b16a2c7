"""Reading ahead: of what its transaction wrote, or beside it, whatever the database."""

import gc
from threading import Event, get_ident

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone, translation

from parkparty.core.reading import THREADS, reading_ahead, rubbish_left, sees_more_than_others

pytestmark = pytest.mark.django_db


def keep(key: str) -> None:
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now())


def kept() -> set[str]:
    return set(Session.objects.values_list("pk", flat=True))


def test_what_its_transaction_wrote_is_read_while_it_goes_on_writing() -> None:
    with transaction.atomic():
        keep("before")
        with reading_ahead(in_turn=True) as begin:
            read = begin(lambda: [kept() for _again in range(20)])
            for number in range(20):
                with transaction.atomic():
                    keep(f"meanwhile {number}")
            seen = read()
        assert all("before" in keys for keys in seen)
        transaction.set_rollback(True)
    assert kept() == set()
    assert not connection.allow_thread_sharing


@pytest.mark.django_db(transaction=True)
def test_a_connection_of_its_own_sees_what_stood_when_it_began() -> None:
    keep("before")
    with transaction.atomic():
        assert sees_more_than_others() is (connection.vendor == "sqlite")
        with reading_ahead(in_turn=False) as begin:
            read = begin(lambda: [kept() for _again in range(20)])
            if connection.vendor == "postgresql":
                keep("meanwhile")
            seen = read()
        assert seen == [{"before"}] * 20
        keep("later")
        assert sees_more_than_others()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("in_turn", [True, False])
def test_what_goes_wrong_is_told_to_who_asks_for_it(in_turn: bool) -> None:
    with transaction.atomic(), reading_ahead(in_turn=in_turn) as begin:
        read = begin(lambda: 1 // 0)
        assert kept() == set()
        with pytest.raises(ZeroDivisionError):
            read()


@pytest.mark.django_db(transaction=True)
def test_what_has_not_begun_when_asked_for_is_read_by_who_asks() -> None:
    go_on = Event()
    with transaction.atomic(), reading_ahead(in_turn=False) as begin:
        first = [begin(lambda: (go_on.wait(10), kept(), get_ident())) for _thread in range(THREADS)]
        assert begin(get_ident)() == get_ident()
        go_on.set()
        threads = {thread for *found, thread in (read() for read in first) if found == [True, set()]}
    assert threads == {get_ident()} if connection.vendor == "sqlite" else len(threads - {get_ident()}) == THREADS


def test_it_is_read_in_the_language_of_the_caller() -> None:
    with translation.override("en"), reading_ahead(in_turn=True) as begin:
        assert begin(translation.get_language)() == "en"


def test_rubbish_is_left_for_the_time_being_only() -> None:
    for was_on in (True, False):
        (gc.enable if was_on else gc.disable)()
        with rubbish_left():
            assert not gc.isenabled()
        assert gc.isenabled() is was_on
    gc.enable()
