"""Which planner goes through which kind of sheet."""

from __future__ import annotations

from parkparty.rosters.plan.activities import Activities
from parkparty.rosters.plan.facts import Kind
from parkparty.rosters.plan.organizations import Organizations
from parkparty.rosters.plan.people import Counts, Posts
from parkparty.rosters.plan.stations import Stations

PLANNERS: dict[str, type[Kind]] = {
    kind.sheet.key: kind for kind in (Organizations, Counts, Posts, Stations, Activities)
}
"""By the key of the sheet; companies come by the hundred thousand and have a way of their own."""
