"""Who is effectively covered by the kept histories of companies: the facts would read the meetings of all."""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from parkparty.core.copying import in_pieces
from parkparty.core.written import IsGiven, OfOuter, Written
from parkparty.coverage.figures.coverage import Point
from parkparty.coverage.figures.from_facts import ASKED_AT_ONCE, standings
from parkparty.coverage.figures.marks import MARKS_READ, marked_in
from parkparty.organizations.models import Organization
from parkparty.rules.figures import LimitBook

MET = {
    "sqlite": "SELECT json_extract(each.value, '$[6]') = 1 FROM json_each(kept.text, '$[1]') each "
    "WHERE json_extract(each.value, '$[0]') <= %s ORDER BY each.key DESC LIMIT 1",
    "postgresql": "SELECT step ->> 6 = '1' FROM json_array_elements(kept.text::json -> 1) "
    "WITH ORDINALITY each(step, n) WHERE step ->> 0 <= %s ORDER BY n DESC LIMIT 1",
}
"""Whether the last step up to a day says so, in a history as ``History.as_text`` writes it."""


def met_at(point: Point, book: LimitBook) -> tuple[Q, list[int]] | None:
    """What holds of a company that is effectively covered by what is kept, unless it is marked; and those that are
    marked and effectively covered by the facts.

    None of a branch, whose few companies the facts tell, and with too many marks.
    """
    if isinstance(point.node, Organization) and point.node.is_branch:
        return None
    with connection.cursor() as cursor:
        cursor.execute(*marked_in([point.node.path]))
        marked = {key for (key,) in cursor.fetchall()}
    if len(marked) > MARKS_READ:
        return None
    # Names of our own table and columns.
    kept = f"SELECT 1 FROM coverage_companyhistory kept WHERE kept.company_id = {OfOuter.SIGN}"  # nosec B608
    is_told = Written(f"EXISTS ({kept} AND ({MET[connection.vendor]}))", (point.as_of.isoformat(),), "pk")
    met = [
        key
        for keys in in_pieces(sorted(marked), ASKED_AT_ONCE)
        for key, (standing,) in standings(keys, [point.as_of], book).items()
        if standing.effective
    ]
    return Q(is_told) & ~Q(IsGiven(marked)), met
