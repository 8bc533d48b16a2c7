"""Code tables: the rows of ``fixtures/codes/`` that a site does not have yet, and the English names it lacks."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.python import Deserializer
from django.db import models, transaction

FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "codes"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many rows of a table were added, and how many others were given an English name."""

    added: int
    named: int


@transaction.atomic
def load_codes() -> dict[type[models.Model], Loaded]:
    """Add the missing rows of every code table, and English names where there are none; tells how many of each model.

    A row that is there stays as the site has made it: labels, order and switches are the site's to change. Its English
    name comes only while nobody wrote one and its Chinese name is still ours. Models are taken in the order of the
    apps, which is the order of their foreign keys: an activity type comes before its rules.
    """
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(FIXTURES.glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8")):
            tables[row["model"]].append(row)
    return {
        model: Loaded(named=_name_in_english(model, rows), added=_add_missing(model, rows))
        for model in apps.get_models()
        if (rows := tables[model._meta.label_lower])
    }


def _add_missing(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    there = set(model._default_manager.values_list("pk", flat=True))
    missing = [row for row in rows if row["pk"] not in there]
    model._default_manager.bulk_create([decoded.object for decoded in Deserializer(missing)], ignore_conflicts=True)
    return len(missing)


def _name_in_english(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    shipped = {row["pk"]: row["fields"] for row in rows}
    nameless: Any = model._default_manager.filter(pk__in=shipped, name_en="")
    found = [row for row in nameless if row.name == shipped[row.pk]["name"]]
    for row in found:
        row.name_en = shipped[row.pk]["name_en"]
    model._default_manager.bulk_update(found, ["name_en"])
    # A rule that divides companies by size says in its parameters for which line of business.
    sizing = [row for row in found if "industry_en" in shipped[row.pk].get("parameters", {})]
    for row in sizing:
        row.parameters |= {"industry_en": shipped[row.pk]["parameters"]["industry_en"]}
    if sizing:
        model._default_manager.bulk_update(sizing, ["parameters"])
    return len(found)
