"""Triage and merging, told by given, when, then."""

from datetime import date
from uuid import UUID

import pytest

from services.intake.commands import (
    AcceptNeed,
    AnswerNeed,
    AskForMore,
    DeclineNeed,
    GiveMore,
    MarkUnowned,
    MergeNeed,
    MissMore,
    OtherNeed,
    UnmergeNeed,
)
from services.intake.decider import NEED
from services.intake.projections import NEED_BOARD, TIMERS
from shared.contracts.intake import (
    MoreAsked,
    MoreGiven,
    MoreMissed,
    NeedAccepted,
    NeedAnswered,
    NeedMerged,
    NeedUnmerged,
    NeedUnowned,
    WishGivenBack,
)
from shared.kernel.derived import derived
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.testing import by, given
from shared.kernel.workdays import end_of
from tests.support.a_need import (
    ANSWERED,
    ANYONE,
    CLAIMED,
    CLERK,
    DECLINED,
    EARLIER,
    JOINED,
    MERGED,
    NEED_ID,
    OFFICE,
    OWNER_BY,
    PROJECT_ID,
    PUBLISHED,
    REOPENED,
    ROUTED,
    SECOND_CODE,
    SUBMITTED,
    TIMER,
    VERIFIED,
    WISHED,
    join,
    more,
    route,
)
from tests.support.envelopes import meta
from tests.support.events import folded
from tests.support.refusals import told

ACCEPT = AcceptNeed(need_id=NEED_ID)
ASK = AskForMore(need_id=NEED_ID, question="请说明是哪几盏灯。")
ASKED = MoreAsked(need_id=NEED_ID, question="请说明是哪几盏灯。", answer_by=date(2021, 11, 16), asked_by="xjb-1")
GIVEN = MoreGiven(need_id=NEED_ID, petitioner=1, text="村口东侧三盏。")
MISS = MissMore(need_id=NEED_ID, answer_by=ASKED.answer_by)
MISSED = MoreMissed(need_id=NEED_ID, answer_by=ASKED.answer_by)
UNOWNED_BY = MarkUnowned(need_id=NEED_ID, owner_by=OWNER_BY)
UNOWNED = NeedUnowned(need_id=NEED_ID, owner_by=OWNER_BY, town="430523100")
OPEN, CLOSED, GONE = OtherNeed(open=True, merged=False), OtherNeed(open=False, merged=False), OtherNeed(open=True, merged=True)


def merge(into: UUID = EARLIER, other: OtherNeed | None = OPEN) -> MergeNeed:
    return MergeNeed(need_id=NEED_ID, into=into, reason="同一处", other=other)


UNMERGE = UnmergeNeed(need_id=NEED_ID, reason="不是同一处")
ACCEPTED = NeedAccepted(need_id=NEED_ID, accepted_by="xjb-1")


def facts(*events: Event) -> list[Fact]:
    return [Fact(event, meta(event, "intake", position=at, version=at)) for at, event in enumerate(events, 1)]


def test_the_office_takes_a_need_up_once() -> None:
    given(NEED, SUBMITTED).when(ACCEPT, OFFICE).then(ACCEPTED)
    given(NEED, SUBMITTED, ACCEPTED).when(ACCEPT, OFFICE).nothing()
    given(NEED, SUBMITTED, ROUTED).when(ACCEPT, OFFICE).nothing()
    given(NEED, SUBMITTED).when(ACCEPT, CLERK).rejected("role_not_allowed")
    given(NEED).when(ACCEPT, OFFICE).rejected("not_found")


def test_the_office_asks_for_more_one_thing_at_a_time() -> None:
    given(NEED, SUBMITTED).when(ASK, OFFICE).then(ASKED)
    assert told(given(NEED, SUBMITTED, ASKED).when(ASK, OFFICE)) == ("more_already_asked", None, {"until": ASKED.answer_by})
    given(NEED, SUBMITTED, ASKED, GIVEN).when(ASK, OFFICE).then(ASKED)
    given(NEED, SUBMITTED, ASKED, MISSED).when(ASK, OFFICE).then(ASKED)


def test_whoever_holds_the_code_gives_what_was_asked_for() -> None:
    given(NEED, SUBMITTED, ASKED).when(more(), ANYONE).then(GIVEN)
    given(NEED, SUBMITTED, JOINED, ASKED).when(more(SECOND_CODE), ANYONE).then_one(MoreGiven, petitioner=2)
    given(NEED, SUBMITTED, ASKED, MISSED).when(more(), ANYONE).then(GIVEN)
    for wrong in (SECOND_CODE, "路灯", "0" * 26):
        given(NEED, SUBMITTED, ASKED).when(more(wrong), ANYONE).rejected("code_not_known")
    given(NEED, SUBMITTED).when(more(), ANYONE).rejected("more_not_asked")
    given(NEED, SUBMITTED, ASKED, DECLINED).when(more(), ANYONE).rejected("need_already_closed")


def test_the_clerk_passes_on_what_a_petitioner_said() -> None:
    said = GiveMore(need_id=NEED_ID, text="村口东侧三盏。")
    given(NEED, SUBMITTED, ASKED).when(said, CLERK).then(GIVEN)
    given(NEED, SUBMITTED, ASKED).when(said, by("unit", unit="430523100")).rejected("role_not_allowed")
    nobody = given(NEED, SUBMITTED, ASKED).when(said.model_copy(update={"petitioner": 2}), CLERK)
    assert told(nobody) == ("petitioner_not_known", "/petitioner", {"number": 2})


def test_what_was_not_given_by_its_day_is_missed_once_and_only_the_clock_says_so() -> None:
    given(NEED, SUBMITTED, ASKED).when(MISS, TIMER).then(MISSED)
    for moot in ([ASKED, GIVEN], [ASKED, MISSED], []):
        given(NEED, SUBMITTED, *moot).when(MISS, TIMER).nothing()
    given(NEED, SUBMITTED, ASKED).when(MISS, OFFICE).rejected("role_not_allowed")


def test_what_nobody_owned_by_its_day_is_told_once() -> None:
    given(NEED, SUBMITTED).when(UNOWNED_BY, TIMER).then(UNOWNED)
    given(NEED, SUBMITTED, ACCEPTED).when(UNOWNED_BY, TIMER).then(UNOWNED)
    given(NEED, SUBMITTED, UNOWNED).when(UNOWNED_BY, TIMER).nothing()
    for owned in (ROUTED, DECLINED, MERGED):
        given(NEED, SUBMITTED, owned).when(UNOWNED_BY, TIMER).nothing()
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(UNOWNED_BY, TIMER).nothing()
    given(NEED, SUBMITTED).when(UNOWNED_BY, OFFICE).rejected("role_not_allowed")


def owner_timer(*events: Event) -> tuple[object, bool]:
    row = folded([TIMERS], facts(*events))["timers"][derived("owner", str(NEED_ID)),]
    return row.due_at, row.settled


def test_the_clock_of_the_unowned_stops_for_an_owner_and_for_nothing_else() -> None:
    due = end_of(OWNER_BY)
    running = [(SUBMITTED,), (SUBMITTED, JOINED), (SUBMITTED, ACCEPTED), (SUBMITTED, ASKED, GIVEN)]
    for events in running:
        assert owner_timer(*events) == (due, False)
    back = WishGivenBack(need_id=NEED_ID, member_id=CLAIMED.member_id, reason="忙", owner_by=OWNER_BY)
    for stopped in ((SUBMITTED, ROUTED), (SUBMITTED, DECLINED), (SUBMITTED, MERGED), (SUBMITTED, UNOWNED), (WISHED, PUBLISHED, CLAIMED)):
        assert owner_timer(*stopped)[1]
    assert owner_timer(WISHED, PUBLISHED, CLAIMED, back) == (due, False)
    unmerged = NeedUnmerged(need_id=NEED_ID, out_of=EARLIER, reason="x", status="accepted", owner_by=OWNER_BY)
    assert owner_timer(SUBMITTED, MERGED, unmerged) == (due, False)
    assert owner_timer(SUBMITTED, DECLINED, REOPENED.model_copy(update={"owner_by": OWNER_BY})) == (due, False)
    assert owner_timer(SUBMITTED, ROUTED, ANSWERED, REOPENED)[1]


def test_the_clock_of_what_was_asked_begins_anew_with_each_question() -> None:
    def more_timer(*events: Event) -> tuple[object, bool]:
        row = folded([TIMERS], facts(SUBMITTED, *events))["timers"][derived("more", str(NEED_ID)),]
        return row.due_at, row.settled

    later = ASKED.model_copy(update={"answer_by": date(2021, 11, 30)})
    assert more_timer(ASKED) == (end_of(ASKED.answer_by), False)
    assert more_timer(ASKED, GIVEN)[1]
    assert more_timer(ASKED, MISSED)[1]
    assert more_timer(ASKED, MISSED, later) == (end_of(later.answer_by), False)


def test_the_office_merges_a_need_into_an_earlier_open_one() -> None:
    given(NEED, SUBMITTED, JOINED).when(merge(), OFFICE).then(MERGED)
    given(NEED, SUBMITTED, MERGED).when(merge(), OFFICE).nothing()
    given(NEED, SUBMITTED).when(merge(), CLERK).rejected("role_not_allowed")
    given(NEED, SUBMITTED, ANSWERED).when(merge(), OFFICE).rejected("need_already_closed")
    given(NEED, SUBMITTED).when(merge(other=None), OFFICE).rejected("need_not_known")
    for other in (CLOSED, GONE):
        given(NEED, SUBMITTED).when(merge(other=other), OFFICE).rejected("need_takes_in_no_other")
    given(NEED, WISHED, PUBLISHED, CLAIMED).when(merge(), OFFICE).rejected("wish_in_hand")


@pytest.mark.parametrize("into", [NEED_ID, UUID("0199c1a8-1111-7000-8000-000000000002")])
def test_merging_into_itself_or_a_later_need_is_refused_so_that_no_circle_can_be(into: UUID) -> None:
    given(NEED, SUBMITTED).when(merge(into=into), OFFICE).rejected("merged_into_the_earlier_only")


def test_a_merged_need_is_acted_on_where_it_is_handled() -> None:
    merged = given(NEED, SUBMITTED, MERGED)
    for command in (
        ACCEPT,
        ASK,
        route(),
        join(),
        DeclineNeed(need_id=NEED_ID, outcome="not-ours", reason="外县"),
        AnswerNeed(need_id=NEED_ID, outcome="done", text="好了"),
        merge(into=UUID("0199c1a8-1111-7000-8000-00000000000f")),
    ):
        assert told(merged.when(command, OFFICE)) == ("need_merged", None, {"into": EARLIER})


def test_an_unmerged_need_stands_on_its_own_again_and_is_watched_again() -> None:
    given(NEED, SUBMITTED, MERGED).when(UNMERGE, OFFICE).then_one(NeedUnmerged, out_of=EARLIER, status="accepted", owner_by=OWNER_BY)
    given(NEED, SUBMITTED, ROUTED, MERGED).when(UNMERGE, OFFICE).then_one(NeedUnmerged, status="routed", owner_by=None)
    given(NEED, SUBMITTED, UNOWNED, MERGED).when(UNMERGE, OFFICE).then_one(NeedUnmerged, owner_by=None)
    given(NEED, SUBMITTED).when(UNMERGE, OFFICE).rejected("need_not_merged")
    again = given(NEED, SUBMITTED, MERGED).and_then(UNMERGE, OFFICE)
    again.when(merge(), OFFICE).then_one(NeedMerged, into=EARLIER)
    again.when(route(), OFFICE).then(ROUTED)


def test_a_verified_project_answers_a_need_that_was_merged_and_ends_the_merger() -> None:
    answer = AnswerNeed(need_id=NEED_ID, outcome="done", project_id=PROJECT_ID)
    given(NEED, SUBMITTED, MERGED).when(answer, VERIFIED).then_one(NeedAnswered, project_id=PROJECT_ID)
    row = folded([NEED_BOARD], facts(SUBMITTED, MERGED, ANSWERED))["need_board"][NEED_ID,]
    assert (row.status, row.merged_into, row.closing) == ("answered", None, 1)


def test_the_board_shows_who_was_asked_what_and_since_when_nobody_owns_it() -> None:
    row = folded([NEED_BOARD], facts(SUBMITTED, ASKED, MISSED, UNOWNED, JOINED))["need_board"][NEED_ID,]
    assert (row.more_asked, row.more_by, row.more_missed) == (ASKED.question, ASKED.answer_by, True)
    assert (row.unowned_at, row.owner_by, row.petitions) == (meta(UNOWNED, "intake", position=4).recorded_at, OWNER_BY, 2)
    row = folded([NEED_BOARD], facts(SUBMITTED, ASKED, MISSED, GIVEN))["need_board"][NEED_ID,]
    assert ([given["text"] for given in row.more], row.more_by, row.more_missed, row.version) == (["村口东侧三盏。"], None, False, 4)
