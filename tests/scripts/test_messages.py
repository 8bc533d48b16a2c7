"""Every sentence of the code and the templates is in the English catalogue, translated and sure of it."""

import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po
from django.conf import settings

pytestmark = pytest.mark.sqlite

ROOT = settings.BASE_DIR


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What `make messages` would collect now."""
    pot = tmp_path_factory.mktemp("messages") / "django.pot"
    subprocess.run(
        ["make", "--silent", "collect-messages", f"POT={pot}", f"BIN={Path(sys.executable).parent}"],
        cwd=ROOT,
        check=True,
    )
    return read_po(pot.open("rb"))


@pytest.fixture(scope="module")
def english() -> Catalog:
    return read_po((ROOT / "parkparty/locale/en/LC_MESSAGES/django.po").open("rb"), locale="en")


def _keys(catalog: Catalog) -> set[tuple[object, object]]:
    return {(message.id, message.context) for message in catalog if message.id}


def test_the_catalogue_is_up_to_date(collected: Catalog, english: Catalog) -> None:
    assert _keys(english) == _keys(collected), "make messages"


def test_every_message_is_translated(english: Catalog) -> None:
    strings = [(m.id, m.string if isinstance(m.string, tuple) else (m.string,)) for m in english if m.id]
    assert [key for key, translations in strings if not all(translations)] == []
    assert [message.id for message in english if message.id and message.fuzzy] == []


def test_placeholders_survive_translation(english: Catalog) -> None:
    assert [(message.id, errors) for message, errors in english.check()] == []
