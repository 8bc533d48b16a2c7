"""Plans for companies that no organisation covers yet: which branches to found, and what coverage they would give."""

from parkparty.coverage.plan.packing import Group, Unit, most_joined, pack
from parkparty.coverage.plan.proposals import Plan, places_to_plan, plan_coverage

__all__ = ["Group", "Plan", "Unit", "most_joined", "pack", "places_to_plan", "plan_coverage"]
