"""How far a new office is on its way to a first dashboard, told by what its subtree holds."""

from __future__ import annotations

from django.db.models import Exists

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.companies.models import Tenancy
from parkparty.core.dates import today
from parkparty.core.scope import Scope
from parkparty.coverage.models import CoverageTarget
from parkparty.organizations.models import Organization
from parkparty.places.models import Park


def steps_done(scope: Scope) -> dict[str, bool]:
    """Which of the five steps an administrator has done; nothing once there is all that a dashboard shows.

    Which companies are counted is settled by the first target, which names them; a dashboard does without one.
    """
    reach = scope.with_roles([Role.ADMINISTRATOR])
    steps = {
        "places": Park.objects.within(reach),
        "target": CoverageTarget.objects.within(reach),
        "companies": Tenancy.objects.within(reach),
        "organizations": Organization.objects.within(reach).branches(),
        "secretaries": Grant.objects.overseen(reach).filter(role=Role.SECRETARY).valid_on(today()),
    }
    asked = User.objects.filter(pk=scope.user_id).values_list(*(Exists(rows) for rows in steps.values())).first()
    done = dict(zip(steps, asked or [True] * len(steps), strict=True))
    return {} if done["companies"] and done["organizations"] and done["secretaries"] else done
