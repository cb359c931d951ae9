"""Three needs under whatever anybody asks: no voice is lost, nothing is counted twice, no forbidden state is reached."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake.commands import (
    AcceptNeed,
    AnswerNeed,
    AskForMore,
    ClaimWish,
    DeclineNeed,
    ErasePetitioner,
    FulfilWish,
    GiveMoreByCode,
    GiveWishBack,
    JoinNeed,
    MarkUnowned,
    MemberKnown,
    MergeNeed,
    OtherNeed,
    PetitionerGiven,
    PublishWish,
    RateByCode,
    RateNeed,
    RevealPetitioner,
    RouteNeed,
    SubmitNeed,
    ThankByCode,
    UnmergeNeed,
)
from services.intake.decider import NEED
from services.intake.policies import REOPEN_THE_OTHER
from services.intake.projections import NEED_BOARD, PETITIONS, RATINGS, WISHES
from services.intake.state.need import CLOSED, Need, Status
from services.intake.state.receipts import code_text, digest_of_secret
from shared.contracts.intake import NeedAnswered, NeedDeclined, NeedRated, NeedReopened, NeedUnowned, WishClaimed, WishGivenBack
from shared.kernel.actor import Actor
from shared.kernel.events import Event
from shared.kernel.projection import Fact
from shared.kernel.rules import Command
from shared.kernel.testing import Scenario, by, given
from tests.support.a_need import ANYONE, CITIZEN, CLERK, MEMBER_ID, OFFICE, OTHER_UNIT, PROJECT_ID, TIMER, UNIT, VERIFIED
from tests.support.envelopes import meta
from tests.support.events import folded

IDS = [UUID(f"0199c1a8-1111-7000-8000-00000000000{number}") for number in (1, 2, 3)]
LI, WANG = by("member", sub="li"), by("member", sub="wang")
ACTORS = (OFFICE, CLERK, CITIZEN, UNIT, OTHER_UNIT, LI, WANG, ANYONE, TIMER, VERIFIED, by("auditor"), by("leader"))
MEMBER = MemberKnown(member_id=MEMBER_ID, unit="T1", branch=None, exempt=False)
NAMED = PetitionerGiven(name="陈秀英", share_with_unit=True)
Given = tuple[Command, Actor]


def secret(need_id: UUID, number: int) -> bytes:
    return f"{need_id}-{number}".encode().ljust(32, b"0")[-32:]


def usual(need_id: UUID) -> dict[str, Given]:
    """Every command on a need, by somebody who may give it."""
    code = code_text(secret(need_id, 1))
    return {
        "accept": (AcceptNeed(need_id=need_id), OFFICE),
        "ask": (AskForMore(need_id=need_id, question="哪里"), OFFICE),
        "more": (GiveMoreByCode(need_id=need_id, code=code, text="村口"), ANYONE),
        "route": (RouteNeed(need_id=need_id, handling_unit="430523100", responsible_leader="l", reason="改派"), OFFICE),
        "route elsewhere": (RouteNeed(need_id=need_id, handling_unit="430523101", responsible_leader="l", reason="改派"), OFFICE),
        "decline": (DeclineNeed(need_id=need_id, outcome="explained", reason="不属"), OFFICE),
        "answer": (AnswerNeed(need_id=need_id, outcome="done", text="好了"), OFFICE),
        "verified": (AnswerNeed(need_id=need_id, outcome="done", project_id=PROJECT_ID), VERIFIED),
        "unmerge": (UnmergeNeed(need_id=need_id, reason="不同"), OFFICE),
        "bad": (RateByCode(need_id=need_id, code=code, rating="dissatisfied"), ANYONE),
        "good": (RateNeed(need_id=need_id, rating="satisfied"), CLERK),
        "bad of the second": (RateNeed(need_id=need_id, rating="very-dissatisfied", petitioner=2), CLERK),
        "publish": (PublishWish(need_id=need_id), OFFICE),
        "claim": (ClaimWish(need_id=need_id, member=MEMBER), LI),
        "give back": (GiveWishBack(need_id=need_id, reason="忙"), LI),
        "fulfil": (FulfilWish(need_id=need_id, text="好了"), LI),
        "thank": (ThankByCode(need_id=need_id, code=code, text="谢谢"), ANYONE),
        "reveal": (RevealPetitioner(need_id=need_id, purpose="核实"), OFFICE),
        "erase": (ErasePetitioner(need_id=need_id, reason="要求"), OFFICE),
    }


NAMES = sorted(usual(IDS[0]))
STORIES = [
    ("route", "answer", "good", "bad"),
    ("route", "answer", "bad", "bad of the second", "answer", "bad"),
    ("decline", "bad", "good"),
    ("publish", "claim", "give back"),
    ("publish", "claim", "fulfil", "thank"),
    ("publish", "claim", "fulfil", "bad", "fulfil", "good", "thank"),
    ("ask", "more", "reveal", "erase", "reveal"),
    ("verified", "bad", "verified"),
]
STEPS = st.one_of(
    st.sampled_from(STORIES),
    st.tuples(st.sampled_from(NAMES)),
    st.tuples(st.just("by"), st.sampled_from(NAMES), st.sampled_from(ACTORS)),
    st.tuples(st.just("merge"), st.sampled_from(IDS)),
    st.tuples(st.just("join"), st.sampled_from([CITIZEN, CLERK, LI]), st.booleans()),
    st.tuples(st.just("days"), st.sampled_from([1, 20])),
    st.just(("policy",)),
)


class Needs(RuleBasedStateMachine):
    """Three needs, two of them wishes; the policy hears late, the clock moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.needs: dict[UUID, Scenario] = {}
        self.heard = 0
        self.told: list[Fact] = []
        for index, need_id in enumerate(IDS):
            submit = SubmitNeed(
                need_id=need_id,
                kind="micro-wish" if index else "need",
                channel="visit",
                title="路灯坏了",
                detail="村口",
                town="430523100",
                petitioner=NAMED,
                code_digest=digest_of_secret(secret(need_id, 1)),
            )
            self.needs[need_id] = given(NEED)
            self.give(submit, CITIZEN)

    @initialize(stories=st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(STORIES)), min_size=1, max_size=3))
    def begin(self, stories: list[tuple[UUID, tuple[str, ...]]]) -> None:
        for need_id, names in stories:
            for name in names:
                self.give(*usual(need_id)[name])

    @rule(need_id=st.sampled_from(IDS), step=STEPS)  # one rule, as hypothesis leaves whole rules out of most runs
    def go_on(self, need_id: UUID, step: tuple[Any, ...]) -> None:
        match step:
            case ("by", str(name), Actor() as actor):
                self.give(usual(need_id)[name][0], actor)
            case ("merge", UUID() as into):
                self.merge(need_id, into)
            case ("join", Actor() as actor, bool(on_behalf)):
                self.join(need_id, actor, on_behalf=on_behalf)
            case ("days", int(days)):
                self.time_passes(days)
            case ("policy",):
                self.policy_hears()
            case _:
                for name in step:
                    self.give(*usual(need_id)[name])

    def merge(self, need_id: UUID, into: UUID) -> None:
        other = self.state(into)
        known = OtherNeed(open=other.status not in CLOSED, merged=other.status is Status.MERGED)
        self.give(MergeNeed(need_id=need_id, into=into, reason="同", other=known), OFFICE)

    def join(self, need_id: UUID, actor: Actor, *, on_behalf: bool) -> None:
        number = len(self.state(need_id).petitions) + 1
        digest = digest_of_secret(secret(need_id, number))
        petition_id = UUID(int=need_id.int + number * 1_000)
        fields: dict[str, Any] = {"need_id": need_id, "petition_id": petition_id, "code_digest": digest, "on_behalf": on_behalf}
        self.give(JoinNeed(channel="wechat", petitioner=NAMED, **fields), actor)

    def time_passes(self, days: int) -> None:
        for need_id, need in self.needs.items():
            self.needs[need_id] = replace(need, at=need.at + timedelta(days=days))
            due = self.state(need_id).owner_by
            assert due is not None
            if need.at.date() > due:
                self.give(MarkUnowned(need_id=need_id, owner_by=due), TIMER)

    def policy_hears(self) -> None:
        for fact in self.told[self.heard :]:
            if isinstance(fact.event, NeedReopened):
                for command in REOPEN_THE_OTHER.do(fact.event, fact.meta):
                    self.give(command, Actor.system(REOPEN_THE_OTHER.name))
        self.heard = len(self.told)

    def give(self, command: Any, actor: Actor) -> None:
        need = self.needs[command.need_id]
        if isinstance(command, RateNeed | RateByCode):
            command = command.model_copy(update={"elsewhere": self.root(command.need_id).closing})
        for event in (need.when(command, actor)).events:
            self.needs[command.need_id] = need = replace(need, history=[*need.history, event])
            at = len(self.told) + 1
            self.told.append(Fact(event, meta(event, "intake", position=at, version=len(need.history))))

    def state(self, need_id: UUID) -> Need:
        found: Need = self.needs[need_id].state()
        return found

    def root(self, need_id: UUID) -> Need:
        need = self.state(need_id)
        for _ in IDS:
            if need.merged_into is None:
                return need
            need = self.state(need.merged_into)
        raise AssertionError("needs are merged in a circle")

    def events(self, kind: type[Event]) -> list[Any]:
        return [fact.event for fact in self.told if isinstance(fact.event, kind)]

    @invariant()
    def every_voice_is_heard_where_its_need_is_handled(self) -> None:
        for need_id in IDS:
            need, root = self.state(need_id), self.root(need_id)
            assert (need.status is Status.MERGED) == (need.merged_into is not None)
            assert root.status is not Status.MERGED
            assert [petition.number for petition in need.petitions] == list(range(1, len(need.petitions) + 1))
            own = [petition.by for petition in need.petitions if not petition.on_behalf and petition.by == "citizen-1"]
            assert len(own) <= 1

    @invariant()
    def a_closing_is_rated_once_by_each_and_reopened_once_by_a_bad_rating(self) -> None:
        ratings = self.events(NeedRated)
        marks = Counter((event.need_id, event.closed_with, event.closing, event.petitioner) for event in ratings)
        assert not marks or max(marks.values()) == 1
        bad = {(event.closed_with or event.need_id, event.closing) for event in ratings if not event.good}
        reopened = [(event.need_id, event.closing) for event in self.events(NeedReopened) if event.through is None]
        assert len(reopened) == len(set(reopened))
        assert set(reopened) <= bad

    @invariant()
    def a_wish_has_one_claimant_and_what_nobody_owned_is_told_once(self) -> None:
        for need_id in IDS:
            claims = [event for event in self.needs[need_id].history if isinstance(event, WishClaimed | WishGivenBack)]
            assert all(isinstance(event, WishClaimed) == (index % 2 == 0) for index, event in enumerate(claims))
        told = Counter(event.need_id for event in self.events(NeedUnowned))
        assert not told or max(told.values()) == 1

    @invariant()
    def figures_reconcile_with_the_history(self) -> None:
        rows = folded([NEED_BOARD, PETITIONS, RATINGS, WISHES], self.told)
        for need_id in IDS:
            need, row = self.state(need_id), rows["need_board"][need_id,]
            assert row.status == need.status.value
            assert row.merged_into == need.merged_into
            assert row.petitions == len(need.petitions) == sum(key[0] == need_id for key in rows["petitions"])
            assert row.version == len(self.needs[need_id].history)
            assert row.closing == (0 if need.closing is None else need.closing.number)
            assert row.in_hand == (need.wish is not None and need.wish.claimant is not None)
            wish = rows["wishes"].get((need_id,))
            if wish is not None and wish.position is not None:
                assert (wish.status == "fulfilled") == (need.wish is not None and need.wish.fulfilled)
                assert wish.claimant == (need.wish.claimant if need.wish else None)
        closings = len(self.events(NeedAnswered)) + len(self.events(NeedDeclined))
        reopened = sum(row.reopened for row in rows["need_board"].values())
        assert closings - reopened == sum(self.state(need_id).status in CLOSED for need_id in IDS)
        assert len(rows["ratings"]) == len(self.events(NeedRated))


TestNeeds = Needs.TestCase
TestNeeds.settings = settings(max_examples=50, stateful_step_count=15, deadline=None)
