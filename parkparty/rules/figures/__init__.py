"""What the rules (rows) say about the facts: what is owed in a period, and hints on size, set-up and terms."""

from parkparty.rules.figures.book import RuleBook
from parkparty.rules.figures.hints import Facts, Hint, facts_of, hints, limit_of, rules_on
from parkparty.rules.figures.impact import Impact, impact
from parkparty.rules.figures.owed import Duty, duties

__all__ = [
    "Duty",
    "Facts",
    "Hint",
    "Impact",
    "RuleBook",
    "duties",
    "facts_of",
    "hints",
    "impact",
    "limit_of",
    "rules_on",
]
