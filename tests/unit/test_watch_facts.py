"""What starts, moves and ends a watch: facts, other services' and its own."""

from datetime import date

from services.supervision.policies import keep_watch_of_need, keep_watch_of_notice, keep_watch_of_project
from shared.contracts.intake import (
    NeedAnswered,
    NeedDeclined,
    NeedMerged,
    NeedReopened,
    NeedRouted,
    NeedSubmitted,
    NeedUnmerged,
    WishClaimed,
    WishGivenBack,
)
from shared.contracts.projects import (
    ClaimGivenBack,
    CompletionDeclared,
    ExtensionApproved,
    PledgeAmended,
    PledgePublished,
    ProjectApproved,
    ProjectClaimed,
    ProjectMerged,
    ProjectReopened,
    ProjectResumed,
    ProjectSuspended,
    ProjectWithdrawn,
    SpotCheckFailed,
)
from shared.contracts.supervision import NoticeOverdue, ReplyExtensionGranted, ResponseAccepted, ResponseSentBack
from shared.kernel.events import Event
from tests.support.a_ladder import PROJECT_ID, asked
from tests.support.a_notice import NOTICE_ID
from tests.support.envelopes import meta


def test_a_need_climbs_until_somebody_has_it() -> None:
    need_id = PROJECT_ID
    came = NeedSubmitted(
        need_id=need_id, kind="need", channel="counter", title="路灯", detail="坏了", town="430523100", petitioner=None, submitted_by="c"
    )
    assert asked(keep_watch_of_need, came) == [("StartWatch", "unowned-need", None)]
    for ends in (
        NeedRouted(need_id=need_id, handling_unit="T1", responsible_leader="l"),
        NeedDeclined(need_id=need_id, outcome="not-ours", reason="不属本县"),
        NeedAnswered(need_id=need_id, outcome="explained", text="已答复"),
        NeedMerged(need_id=need_id, into=NOTICE_ID, reason="同一件事", merged_by="c"),
        WishClaimed(need_id=need_id, member_id=NOTICE_ID, claimant="li", unit="T1", branch=None),
    ):
        assert asked(keep_watch_of_need, ends) == [("EndWatch", "unowned-need", None)]


def test_a_need_that_is_nobody_s_again_climbs_from_the_day_it_was_to_be_owned_by() -> None:
    day = date(2021, 11, 8)
    for back in (
        WishGivenBack(need_id=PROJECT_ID, member_id=NOTICE_ID, reason="外出", owner_by=day),
        NeedUnmerged(need_id=PROJECT_ID, out_of=NOTICE_ID, reason="两件事", status="accepted", owner_by=day),
        NeedReopened(need_id=PROJECT_ID, closing=1, project_id=None, reason="不满意", owner_by=day),
    ):
        assert asked(keep_watch_of_need, back) == [("StartWatch", "unowned-need", day)]
        assert asked(keep_watch_of_need, back.model_copy(update={"owner_by": None})) == []


def test_only_the_facts_that_say_so_move_a_project_s_clock() -> None:
    first, later = date(2021, 11, 30), date(2021, 12, 15)
    claimed = ProjectClaimed(project_id=PROJECT_ID, claimant="li", role="member", unit="T1", branch=None, level="member", need_ids=())
    declared = CompletionDeclared.model_construct(project_id=PROJECT_ID)
    cases: list[tuple[Event, list[tuple[str, str, date | None]]]] = [
        (ProjectApproved(project_id=PROJECT_ID, verdicts=(), reviewed_by="c"), [("StartWatch", "unclaimed-project", None)]),
        (claimed, [("EndWatch", "unclaimed-project", None)]),
        (
            ClaimGivenBack(project_id=PROJECT_ID, claimant="li", reason="r"),
            [("EndWatch", "overdue-project", None), ("StartWatch", "unclaimed-project", None)],
        ),
        (
            ProjectWithdrawn(project_id=PROJECT_ID, reason="r", withdrawn_by="c"),
            [("EndWatch", "unclaimed-project", None), ("EndWatch", "overdue-project", None)],
        ),
        (
            ProjectMerged(project_id=PROJECT_ID, into=NOTICE_ID, need_ids=(), reason="r", merged_by="c", freed=(), ledger="member"),
            [("EndWatch", "unclaimed-project", None), ("EndWatch", "overdue-project", None)],
        ),
        (
            SpotCheckFailed(project_id=PROJECT_ID, spot_check_id=NOTICE_ID, verdicts=(), claimant="li", freed=(), checked_by="c"),
            [("EndWatch", "unclaimed-project", None), ("EndWatch", "overdue-project", None)],
        ),
        (
            PledgePublished(project_id=PROJECT_ID, promise="p", complete_by=first, venue="meeting"),
            [("StartWatch", "overdue-project", first)],
        ),
        (
            PledgeAmended(project_id=PROJECT_ID, promise="p", complete_by=later, reason="r", approved_by="c"),
            [("MoveWatchDeadline", "overdue-project", later)],
        ),
        (
            ExtensionApproved(project_id=PROJECT_ID, complete_by=later, reason="r", approved_by="c"),
            [("MoveWatchDeadline", "overdue-project", later)],
        ),
        (
            ProjectSuspended(project_id=PROJECT_ID, reason="r", approved_by="c"),
            [("PauseWatch", "unclaimed-project", None), ("PauseWatch", "overdue-project", None)],
        ),
        (
            ProjectResumed(project_id=PROJECT_ID, complete_by=later, approved_by="c"),
            [("ResumeWatch", "unclaimed-project", date(2021, 11, 1)), ("ResumeWatch", "overdue-project", later)],
        ),
        (
            ProjectResumed(project_id=PROJECT_ID, complete_by=None, approved_by="c"),
            [("ResumeWatch", "unclaimed-project", date(2021, 11, 1))],
        ),
        (declared, [("EndWatch", "overdue-project", None)]),
        (ProjectReopened(project_id=PROJECT_ID, reason="r", round=1), [("ReopenWatch", "overdue-project", None)]),
    ]
    for fact, wanted in cases:
        assert asked(keep_watch_of_project, fact) == wanted


def test_each_addressee_of_a_letter_climbs_by_itself() -> None:
    late = NoticeOverdue(notice_id=NOTICE_ID, kind="rectification-letter", due_on=date(2021, 11, 8), units=("T1", "D1"))
    found = keep_watch_of_notice(late, meta(late, "supervision"))
    assert [(command.subject_id, command.unit) for command in found] == [(f"{NOTICE_ID}:{unit}", unit) for unit in ("T1", "D1")]  # type: ignore[attr-defined]
    back = ResponseSentBack(notice_id=NOTICE_ID, unit="T1", reason="r", reply_by=date(2021, 11, 15), provisional=False)
    later = ReplyExtensionGranted(notice_id=NOTICE_ID, unit="T1", reply_by=date(2021, 11, 15), approved_by="c")
    for fact in (back, later):
        assert asked(keep_watch_of_notice, fact) == [("MoveWatchDeadline", "overdue-notice", date(2021, 11, 15))]
    good = ResponseAccepted(notice_id=NOTICE_ID, unit="T1", accepted_by="c")
    assert asked(keep_watch_of_notice, good) == [("EndWatch", "overdue-notice", None)]
