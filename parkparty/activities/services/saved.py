"""Views of the list that are kept under a name, and how each user likes the list."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from parkparty.accounts.models import User
from parkparty.activities.models import ListChoice, SavedView
from parkparty.audit.services import difference, record, snapshot
from parkparty.organizations.models import Organization

MOST_VIEWS = 50
AUDITED = ("name", "query", "organization")


@transaction.atomic
def save_view(name: str, query: str, *, by: User, shared_with: Organization | None = None) -> SavedView:
    """Keep ``query`` under ``name``, in place of the view of ``by`` that had this name before.

    Raises:
        ValidationError: past ``MOST_VIEWS``.
    """
    known = SavedView.objects.filter(owner=by, name=name).first()
    if known is None and SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise ValidationError(_("最多保存 %(limit)d 个视图，删除不用的再保存。") % {"limit": MOST_VIEWS})
    view = known or SavedView(owner=by, name=name)
    before = snapshot(view, AUDITED) if known else {}
    view.query, view.organization = query, shared_with
    view.full_clean()
    view.save()
    changes = difference(before, snapshot(view, AUDITED))
    if changes:
        record(gettext_noop("保存视图"), view, by=by, changes=changes)
    return view


@transaction.atomic
def delete_view(view: SavedView, *, by: User) -> None:
    """Take a view away, for those it was shared with too."""
    record(gettext_noop("删除视图"), view, by=by, changes={"query": [view.query, None]})
    view.delete()


def choose_columns(columns: list[str], *, by: User) -> None:
    """Show ``by`` these columns from now on; none: the standard ones."""
    ListChoice.objects.update_or_create(user=by, defaults={"columns": ",".join(columns)})


def choose_first_view(view: SavedView | None, *, by: User) -> None:
    """Open the list of ``by`` with ``view`` from now on, or as it is."""
    ListChoice.objects.update_or_create(user=by, defaults={"first_view": view})
