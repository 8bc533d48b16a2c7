"""Areas, parks, buildings and service stations of the demo set."""

from __future__ import annotations

import datetime as dt
from typing import Any

from parkparty.demo.services.stage import Stage, data
from parkparty.places.models import Area, Building, Park, ServiceStation, StatedFigure


def lay_out_places(stage: Stage) -> dict[str, Park]:
    """The parks by key, in areas that are made where the site does not have them yet."""
    declared = data("places")
    for row in declared["areas"]:
        if Area.objects.filter(code=row["code"]).exists():
            continue
        parent = Area.objects.get(code=row["parent"]) if row["parent"] else None
        area = Area(code=row["code"], name=row["name"], level=row["level"], parent=parent)
        area.save()
        stage.keep([area])
    return {row["key"]: _lay_out_park(stage, row) for row in declared["parks"]}


def _lay_out_park(stage: Stage, row: dict[str, Any]) -> Park:
    area = Area.objects.get(code=row["area"])
    park = Park(key=row["key"], name=row["name"], area=area, address=row["address"], is_sample=True)
    park.save()
    stage.keep([park])
    buildings = {b.name: b for b in stage.add(Building(park=park, name=name) for name in row["buildings"])}
    stage.add(
        ServiceStation(
            park=park,
            name=name,
            building=buildings[building],
            since=dt.date.fromisoformat(since),
            opening_hours=hours,
            services=services,
        )
        for name, building, since, hours, services in row["stations"]
    )
    stage.add(
        StatedFigure(
            park=park,
            indicator=indicator,
            value=value,
            qualifier=qualifier,
            as_of=dt.date.fromisoformat(as_of) if as_of else None,
            source=source,
        )
        for indicator, value, qualifier, as_of, source in row["figures"]
    )
    return park
