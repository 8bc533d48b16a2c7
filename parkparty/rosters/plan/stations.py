"""Sheets of service stations."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from django.db import models

from parkparty.core.text import fold
from parkparty.places.models import Building, ServiceStation
from parkparty.rosters.check.rows import Row
from parkparty.rosters.check.site import Site
from parkparty.rosters.choices import IssueKind
from parkparty.rosters.columns.kinds import STATIONS
from parkparty.rosters.plan.facts import Kind


class Stations(Kind):
    """A station is known by its own key, else by its name in its park. A building that the park lacks is made."""

    sheet = STATIONS
    fields = {
        "station": "name",
        "building": "building",
        "address": "address",
        "station_since": "since",
        "station_until": "until",
    }

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.stations: dict[Hashable, ServiceStation] = {}
        self.by_key: dict[int, ServiceStation] = {}
        self.buildings: dict[tuple[int, str], Building] = {}

    def fetch(self, rows: Sequence[Row]) -> None:
        for row in rows:
            row.park = self.site.park_of(row)
        parks = {row.park.pk for row in rows if row.park}
        for station in ServiceStation.objects.filter(park__in=parks).select_related("building"):
            self.stations[station.park_id, fold(station.name)] = self.by_key[station.pk] = station
        for building in Building.objects.filter(park__in=parks):
            self.buildings[building.park_id, fold(building.name)] = building

    def identify(self, row: Row) -> Hashable | None:
        if row.park is None or not row.can_tell("station", "park"):
            return None
        own = self.by_key.get(row.values.get("record", 0))
        if own is None or own.park_id != row.park.pk:
            return row.park.pk, fold(row.values["station"])
        namesake = self.stations.get((row.park.pk, fold(row.values["station"])), own)
        if namesake != own:
            row.fault("station", IssueKind.REPEATED, other=f"“{namesake.name}”")
        return own.park_id, fold(own.name)

    def stored(self, key: Hashable) -> models.Model | None:
        return self.stations.get(key)

    def value(self, row: Row, column: str) -> Any:
        return self._building(row) if column == "building" else super().value(row, column)

    def new(self, row: Row) -> list[models.Model]:
        told = {attribute: self.value(row, key) for key, attribute in self.fields.items() if key in row.values}
        return [ServiceStation(park=row.park, **told)]

    def beside(self, row: Row) -> list[models.Model]:
        building = self._building(row) if "building" in row.values else None
        return [building] if building and building.pk is None else []

    def check(self, row: Row, record: Any) -> None:
        if record.since and record.until and record.until <= record.since:
            row.fault("station_until", IssueKind.ENDS_EARLY, since=record.since)

    def _building(self, row: Row) -> Building | None:
        if row.park is None:
            return None
        key = row.park.pk, fold(row.values["building"])
        return self.buildings.setdefault(key, Building(park=row.park, name=row.values["building"]))
