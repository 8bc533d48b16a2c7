"""Code tables: the rows of ``fixtures/codes/`` that a site does not have yet."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.serializers.python import Deserializer
from django.db import models, transaction

FIXTURES = Path(settings.BASE_DIR) / "fixtures" / "codes"


@transaction.atomic
def load_codes() -> dict[type[models.Model], int]:
    """Add the missing rows of every code table; tells how many of each model.

    A row that is there stays as the site has made it: labels, order and switches are the site's to change. Models are
    taken in the order of the apps, which is the order of their foreign keys: an activity type comes before its rules.
    """
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for file in sorted(FIXTURES.glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8")):
            rows[row["model"]].append(row)
    return {
        model: _add_missing(model, rows[model._meta.label_lower])
        for model in apps.get_models()
        if rows[model._meta.label_lower]
    }


def _add_missing(model: type[models.Model], rows: list[dict[str, Any]]) -> int:
    there = set(model._default_manager.values_list("pk", flat=True))
    missing = [row for row in rows if row["pk"] not in there]
    model._default_manager.bulk_create([decoded.object for decoded in Deserializer(missing)], ignore_conflicts=True)
    return len(missing)
