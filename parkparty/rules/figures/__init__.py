"""What the rules (rows) say about the facts: what is owed in a period, and hints on size, set-up and terms."""

from parkparty.rules.figures.hints import (
    Facts,
    Hint,
    facts_of,
    hints,
    judged,
    judging_rules,
    limit_of,
    rules_on,
)
from parkparty.rules.figures.owed import Duty, duties

__all__ = ["Duty", "Facts", "Hint", "duties", "facts_of", "hints", "judged", "judging_rules", "limit_of", "rules_on"]
