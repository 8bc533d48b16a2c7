"""What the rules (rows) say about the facts: what is owed in a period, and hints on size, set-up and terms."""

from parkparty.rules.figures.book import RuleBook, local_rules_of
from parkparty.rules.figures.dues import Bracket, brackets, dues
from parkparty.rules.figures.grid import Grid, LifeRow, grid, life_of
from parkparty.rules.figures.hints import Facts, Hint, facts_of, hints, judging_book, limit_of, rules_on, rules_with
from parkparty.rules.figures.history import History
from parkparty.rules.figures.impact import Impact, impact
from parkparty.rules.figures.limits import COUNTING, LimitBook, limits_of
from parkparty.rules.figures.owed import Duty, duties
from parkparty.rules.figures.sizes import size_class
from parkparty.rules.figures.strips import Strips, strips
from parkparty.rules.figures.tally import OpenDuty, Owed, Tally, tally
from parkparty.rules.figures.terms import Term, term_of, terms_ending

__all__ = [
    "COUNTING",
    "Bracket",
    "Duty",
    "Facts",
    "Grid",
    "Hint",
    "History",
    "Impact",
    "LifeRow",
    "LimitBook",
    "OpenDuty",
    "Owed",
    "RuleBook",
    "Strips",
    "Tally",
    "Term",
    "brackets",
    "dues",
    "duties",
    "facts_of",
    "grid",
    "hints",
    "impact",
    "judging_book",
    "life_of",
    "limit_of",
    "limits_of",
    "local_rules_of",
    "rules_on",
    "rules_with",
    "size_class",
    "strips",
    "tally",
    "term_of",
    "terms_ending",
]
