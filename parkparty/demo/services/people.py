"""The demo users: one a role for the buttons of the login page, and those who wrote and reviewed the past."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.hashers import make_password

from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.demo.services.stage import Stage, data
from parkparty.organizations.models import Organization
from parkparty.places.models import Area

SINCE = dt.date(2015, 1, 1)


def invite_users(stage: Stage) -> dict[str, User]:
    """The users of ``users.json`` by login name, with their grants and without a password that could be used."""
    rows = data("users")
    users = {
        user.username: user
        for user in stage.add(
            User(username=row["username"], display_name=row["display_name"], password=make_password(None))
            for row in rows
        )
    }
    organizations = {o.code: o for o in Organization.objects.filter(code__startswith="DEMO-")}
    areas = {area.code: area for area in Area.objects.all()}
    grants = []
    for row in rows:
        user, role = users[row["username"]], row["role"]
        grants += [
            Grant(user=user, role=role, organization=organizations[c], since=SINCE) for c in row["organizations"]
        ]
        grants += [Grant(user=user, role=role, area=areas[code], since=SINCE) for code in row["areas"]]
    stage.add(grants)
    return users
