"""From draft to approved: every state, every step, every person, cell by cell; and what each step does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from parkparty.access.choices import Role
from parkparty.access.models import Grant
from parkparty.accounts.models import User
from parkparty.activities.choices import ActivityState, Step
from parkparty.activities.models import Activity
from parkparty.activities.services.files import change_attachments, change_photos
from parkparty.activities.services.records import save_activity
from parkparty.audit.models import AuditEntry
from parkparty.core.scope import Scope
from tests.activities.conftest import HELD_ON
from tests.conftest import LONG_AGO, World

S, P = ActivityState, Step

OPEN = {
    (S.DRAFT, P.EDIT): "secretary",
    (S.DRAFT, P.SUBMIT): "secretary",
    (S.DRAFT, P.DELETE): "secretary",
    (S.RETURNED, P.EDIT): "secretary",
    (S.RETURNED, P.SUBMIT): "secretary",
    (S.SUBMITTED, P.WITHDRAW): "secretary",
    (S.SUBMITTED, P.APPROVE): "reviewer",
    (S.SUBMITTED, P.RETURN): "reviewer",
    (S.APPROVED, P.UNDO): "reviewer",
}
"""Who takes which step in which state; in every other cell nobody does. Written out, not read from the code."""

PRESSED = [step for step in P if step != P.ARCHIVE]
"""Archiving has no button: a command does it (test_review.py)."""

LEADS_TO = {
    P.EDIT: None,
    P.SUBMIT: S.SUBMITTED,
    P.APPROVE: S.APPROVED,
    P.RETURN: S.RETURNED,
    P.DELETE: "gone",
    P.WITHDRAW: S.DRAFT,
    P.UNDO: S.SUBMITTED,
}
SEES_DRAFTS = {"secretary"}
SEES = {"secretary", "reviewer", "administrator", "district_administrator", "viewer"}
PEOPLE = [*sorted(SEES), "other_secretary", "auditor", "stranger"]
WRITERS, JUDGES = {"secretary", "other_secretary"}, {"reviewer"}


def press(client: Client, step: Step, activity: Activity, typed: dict[str, Any], **fields: Any) -> Any:
    """Send the step as its page sends it."""
    address = f"/activities/{activity.pk}/{step.value}/"
    if step == P.EDIT:
        return client.post(address, typed | {"key": str(activity.key), "version": str(activity.version)})
    reason = {"phrases": ["day"], "reason": "核对后再定"}
    return client.post(address, {"version": activity.version, **reason, **fields})


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("state", list(ActivityState))
def test_every_cell(
    state: str,
    person: str,
    request: pytest.FixtureRequest,
    world: World,
    in_state: Callable[..., Activity],
    typed: Any,
    client_of: Callable[[User], Client],
) -> None:
    client = client_of(request.getfixturevalue(person))
    for step in PRESSED:
        activity = in_state(state, world.joint_branch)
        entries = AuditEntry.objects.count()
        status = press(client, step, activity, typed()).status_code
        stored = Activity.objects.filter(pk=activity.pk).first()
        if OPEN.get((ActivityState(state), step)) == person:
            assert (step, status) == (step, 302)
            assert (step, stored.state if stored else "gone") == (step, LEADS_TO[step] or state)
            assert AuditEntry.objects.count() > entries
        else:
            assert (step, status) == (step, refusal(person, step, state))
            assert stored is not None
            assert (step, stored.state, stored.version) == (step, state, activity.version)
            assert AuditEntry.objects.count() == entries


def refusal(person: str, step: Step, state: str) -> int:
    """403 for who has no such role at all, or sees the record and may not; 404 for who does not see it."""
    has_role = person in (WRITERS if step in (P.EDIT, P.SUBMIT, P.DELETE, P.WITHDRAW) else JUDGES)
    sees = person in (SEES_DRAFTS if state == S.DRAFT else SEES)
    return 403 if sees or not has_role else 404


def test_nobody_moves_the_record_of_others_to_their_own_branch(
    world: World, in_state: Callable[..., Activity], other_secretary: User, scope_of_user: Callable[[User], Scope]
) -> None:
    activity = in_state(S.DRAFT, world.joint_branch)
    activity.organization = world.neighbour_branch
    with pytest.raises(PermissionDenied):
        save_activity(activity, types=activity.types.all(), by=other_secretary, scope=scope_of_user(other_secretary))
    assert Activity.objects.get(pk=activity.pk).organization == world.joint_branch


def test_nobody_writes_for_a_branch_of_others(
    world: World, in_state: Callable[..., Activity], other_secretary: User, scope_of_user: Callable[[User], Scope]
) -> None:
    scope = scope_of_user(other_secretary)
    new = Activity(organization=world.joint_branch, held_on=HELD_ON, topic="学习交流")
    with pytest.raises(PermissionDenied):
        save_activity(new, types=(), by=other_secretary, scope=scope)
    for change in (change_photos, change_attachments):
        with pytest.raises(PermissionDenied):
            change(in_state(S.DRAFT, world.joint_branch), by=other_secretary, scope=scope)
    assert set(Activity.objects.values_list("topic", "version")) == {("学习交流", 1)}


class TestReview:
    @pytest.fixture
    def desk(self, client_of: Callable[[User], Client], reviewer: User) -> Client:
        return client_of(reviewer)

    def test_approving_names_the_reviewer_and_opens_the_next(
        self, desk: Client, world: World, in_state: Any, reviewer: User
    ) -> None:
        first, second = (in_state(S.SUBMITTED, world.joint_branch) for _ in range(2))
        answer = press(desk, P.APPROVE, first, {})
        first.refresh_from_db()
        assert (first.reviewed_by, first.reviewed_at is not None) == (reviewer, True)
        assert answer.url == f"/activities/{second.pk}/"
        assert press(desk, P.APPROVE, second, {}).url == "/activities/queue/"

    def test_the_queue_stands_oldest_first_and_holds_nothing_else(
        self, desk: Client, world: World, in_state: Any, other_secretary: User
    ) -> None:
        for state in (S.DRAFT, S.RETURNED, S.APPROVED, S.ARCHIVED):
            in_state(state, world.joint_branch, topic=f"不在队列{state}")
        in_state(S.SUBMITTED, world.putuo_committee, topic="不在队列里的外区")
        in_state(S.SUBMITTED, world.joint_branch, topic="后交", filed_at="2026-11-05T01:00:00Z")
        in_state(S.SUBMITTED, world.neighbour_branch, topic="先交", filed_at="2026-11-04T01:00:00Z")
        text = desk.get("/activities/queue/").content.decode()
        assert text.index("先交") < text.index("后交")
        assert "不在队列" not in text
        assert "共 2 条待审核" in text

    def test_a_return_needs_a_reason_and_keeps_what_was_typed(self, desk: Client, world: World, in_state: Any) -> None:
        activity = in_state(S.SUBMITTED, world.joint_branch)
        address = f"/activities/{activity.pk}/return/"
        page = desk.post(address, {"version": 1, "reason": " "})
        assert "写明退回原因，方便书记修改" in page.content.decode()
        page = desk.post(address, {"version": 1, "phrases": ["day"], "reason": "致电 13800138000 核对"})
        text = page.content.decode()
        assert "138****8000" in text
        assert "致电 13800138000 核对" in text
        activity.refresh_from_db()
        assert activity.state == S.SUBMITTED

    def test_the_reason_is_the_phrases_and_the_words_and_the_secretary_reads_it(
        self, desk: Client, world: World, in_state: Any, client_of: Any, secretary: User
    ) -> None:
        activity = in_state(S.SUBMITTED, world.joint_branch)
        fields = {"version": 1, "phrases": ["content", "counts"], "reason": "实到比应到多"}
        desk.post(f"/activities/{activity.pk}/return/", fields)
        activity.refresh_from_db()
        assert activity.return_reason == "补充活动内容；核对应到和实到人数；实到比应到多"
        text = client_of(secretary).get(f"/activities/{activity.pk}/").content.decode()
        assert "已退回，修改后重新提交" in text
        assert activity.return_reason in text

    @pytest.mark.parametrize("fields", [{"phrases": ["x"]}, {"reason": "长" * 201}, {"reason": "\x00"}])
    def test_a_reason_that_does_not_read_is_refused(
        self, desk: Client, world: World, in_state: Any, fields: dict[str, Any]
    ) -> None:
        activity = in_state(S.SUBMITTED, world.joint_branch)
        page = desk.post(f"/activities/{activity.pk}/return/", {"version": 1, **fields})
        assert "有内容需要改正" in page.content.decode()
        activity.refresh_from_db()
        assert activity.state == S.SUBMITTED

    def test_nobody_judges_their_own_record(self, world: World, in_state: Any, client_of: Any, reviewer: User) -> None:
        activity = in_state(S.SUBMITTED, world.joint_branch, author=reviewer)
        page = press(client_of(reviewer), P.APPROVE, activity, {})
        assert page.status_code == 403
        assert "自己填报的记录由其他审核员审核" in page.content.decode()
        assert activity.topic not in client_of(reviewer).get("/activities/queue/").content.decode()

    def test_the_unit_itself_does_not_judge_only_the_one_above(
        self, world: World, in_state: Any, client_of: Any, make_user: Any
    ) -> None:
        judge = make_user("judge", Role.REVIEWER, world.joint_branch)
        activity = in_state(S.SUBMITTED, world.joint_branch)
        page = press(client_of(judge), P.APPROVE, activity, {})
        assert page.status_code == 403
        assert "由上一级党组织的审核员审核" in page.content.decode()

    def test_an_ended_grant_judges_nothing(self, world: World, in_state: Any, desk: Client, reviewer: User) -> None:
        activity = in_state(S.SUBMITTED, world.joint_branch)
        Grant.objects.filter(user=reviewer).update(until="2026-01-01", since=LONG_AGO)
        assert press(desk, P.APPROVE, activity, {}).status_code == 403


class TestMeanwhile:
    @pytest.mark.parametrize("step", [P.SUBMIT, P.DELETE, P.APPROVE, P.RETURN, P.WITHDRAW])
    @pytest.mark.parametrize("version", ["1", "", "x", "9" * 40, "9" * 5000])
    def test_a_button_beside_an_older_version_does_nothing_and_says_so(
        self, step: Step, version: str, world: World, in_state: Any, client_of: Any, secretary: User, reviewer: User
    ) -> None:
        state = S.DRAFT if step in (P.SUBMIT, P.DELETE) else S.SUBMITTED
        activity = in_state(state, world.joint_branch, version=2)
        client = client_of(secretary if step in (P.SUBMIT, P.DELETE, P.WITHDRAW) else reviewer)
        page = client.post(f"/activities/{activity.pk}/{step.value}/", {"version": version, "phrases": ["day"]})
        assert page.status_code == 409
        assert "刚才的操作没有执行" in page.content.decode()
        activity.refresh_from_db()
        assert (activity.state, activity.version) == (state, 2)

    def test_of_two_reviewers_only_the_first_decides(
        self, world: World, in_state: Any, client_of: Any, reviewer: User, make_user: Any
    ) -> None:
        second = make_user("second", Role.REVIEWER, world.district_committee)
        activity = in_state(S.SUBMITTED, world.joint_branch)
        assert press(client_of(reviewer), P.APPROVE, activity, {}).status_code == 302
        assert press(client_of(second), P.RETURN, activity, {}).status_code == 409
        activity.refresh_from_db()
        assert activity.state == S.APPROVED


def test_submitting_an_unready_draft_from_its_page_leads_to_the_form_with_what_is_missing(
    world: World, in_state: Any, client_of: Any, secretary: User
) -> None:
    activity = in_state(S.DRAFT, world.joint_branch, topic="")
    page = client_of(secretary).post(f"/activities/{activity.pk}/submit/", {"version": 1}, follow=True)
    assert page.redirect_chain == [(f"/activities/{activity.pk}/edit/", 302)]
    assert "填写议题" in page.content.decode()


def test_steps_are_never_taken_by_a_link(world: World, in_state: Any, client_of: Any, secretary: User) -> None:
    activity = in_state(S.DRAFT, world.joint_branch)
    for step in PRESSED[1:]:
        assert client_of(secretary).get(f"/activities/{activity.pk}/{step.value}/").status_code == 405
