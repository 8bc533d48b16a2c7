"""Areas, parks and what stands in them."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from parkparty.access.admin.pages import DataPages
from parkparty.access.admin.site import site
from parkparty.places.models import Area, Building, Park, ServiceStation, StatedFigure


@admin.register(Area, site=site)
class AreaPages(DataPages):
    list_display = ("code", "name", "level", "parent")
    list_select_related = ("parent",)
    list_filter = ("level",)
    search_fields = ("code__startswith", "name")
    autocomplete_fields = ("parent",)


@admin.register(Park, site=site)
class ParkPages(DataPages):
    """Parks and their bases. The key stands in addresses that people have kept, so it is never changed."""

    fixed = ("key",)
    list_display = ("name", "key", "area", "parent", "is_sample")
    list_select_related = ("area", "parent")
    list_filter = ("area", "is_sample")
    search_fields = ("name", "key__istartswith")
    autocomplete_fields = ("area", "other_areas", "parent")


class InParkPages(DataPages):
    """Pages of rows that belong to one park."""

    autocomplete_fields: ClassVar[tuple[str, ...]] = ("park",)
    list_select_related: ClassVar[tuple[str, ...]] = ("park",)
    list_filter: ClassVar[tuple[str, ...]] = ("park",)
    search_fields: ClassVar[tuple[str, ...]] = ("name", "park__name")


@admin.register(StatedFigure, site=site)
class StatedFigurePages(InParkPages):
    list_display = ("park", "indicator", "value", "qualifier", "as_of", "source")
    list_filter = ("indicator", "park")
    search_fields = ("source", "park__name")


@admin.register(Building, site=site)
class BuildingPages(InParkPages):
    autocomplete_fields = ("park", "area")
    list_display = ("name", "park", "area")
    list_select_related = ("park", "area")


@admin.register(ServiceStation, site=site)
class ServiceStationPages(InParkPages):
    autocomplete_fields = ("park", "building")
    list_display = ("name", "park", "building", "since", "until")
    list_select_related = ("park", "building")
