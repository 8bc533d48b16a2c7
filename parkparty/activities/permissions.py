"""Who may take which step in which state: one table, read by services, pages and tests."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from parkparty.access.choices import Role
from parkparty.access.permissions import Allowed, Decision, Denied
from parkparty.activities.choices import ActivityState, Step
from parkparty.core.scope import Scope


@dataclass(frozen=True, slots=True)
class Move:
    """A step that is open in a state: to which state it leads and which role takes it."""

    to: ActivityState
    role: Role


MOVES: dict[tuple[ActivityState, Step], Move] = {
    (ActivityState.DRAFT, Step.EDIT): Move(ActivityState.DRAFT, Role.SECRETARY),
    (ActivityState.DRAFT, Step.SUBMIT): Move(ActivityState.SUBMITTED, Role.SECRETARY),
    (ActivityState.DRAFT, Step.DELETE): Move(ActivityState.DRAFT, Role.SECRETARY),
    (ActivityState.RETURNED, Step.EDIT): Move(ActivityState.RETURNED, Role.SECRETARY),
    (ActivityState.RETURNED, Step.SUBMIT): Move(ActivityState.SUBMITTED, Role.SECRETARY),
    (ActivityState.SUBMITTED, Step.WITHDRAW): Move(ActivityState.DRAFT, Role.SECRETARY),
    (ActivityState.SUBMITTED, Step.APPROVE): Move(ActivityState.APPROVED, Role.REVIEWER),
    (ActivityState.SUBMITTED, Step.RETURN): Move(ActivityState.RETURNED, Role.REVIEWER),
    (ActivityState.APPROVED, Step.UNDO): Move(ActivityState.SUBMITTED, Role.REVIEWER),
    (ActivityState.APPROVED, Step.ARCHIVE): Move(ActivityState.ARCHIVED, Role.ADMINISTRATOR),
}


def may(
    scope: Scope,
    step: Step,
    *,
    state: str,
    path: str,
    place_paths: tuple[str, ...] = (),
    author_id: int | None = None,
    is_opened: bool = False,
) -> Decision:
    """Whether the holder of ``scope`` may take ``step`` on a record in ``state`` of the organisation at ``path``.

    ``place_paths`` are the paths of the park or area the organisation sits in. Reviewing is for the unit above, and
    never for the author's own record. What a reviewer has opened is no longer withdrawn.
    """
    move = MOVES.get((ActivityState(state), step))
    if move is None:
        return Denied(
            _("这条记录%(state)s，不能%(step)s。") % {"state": ActivityState(state).label, "step": Step(step).label}
        )
    if move.role == Role.REVIEWER:
        if author_id is not None and author_id == scope.user_id:
            return Denied(_("自己填报的记录由其他审核员审核。"))
        above = scope.stands_above(path, (Role.REVIEWER,))
        if not above and not any(scope.covers("places", place, (Role.REVIEWER,)) for place in place_paths):
            return Denied(_("这条记录由上一级党组织的审核员审核。"))
    elif not scope.covers("organizations", path, (move.role,)):
        return Denied(_("只有本组织的%(role)s可以%(step)s。") % {"role": move.role.label, "step": Step(step).label})
    if step == Step.WITHDRAW and is_opened:
        return Denied(_("审核员已经打开这条记录，不能撤回。需要修改时，联系审核员退回。"))
    return Allowed()
