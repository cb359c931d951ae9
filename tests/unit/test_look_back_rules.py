"""Looking back (回头看): a draw anybody can repeat, and verdicts on sign-offs that stay on record."""

import hashlib
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.scoring.commands import ConfirmSignOff, DrawLookBack, OpenVerification, RevokeSignOff, WithdrawVerification
from services.scoring.decider import LOOK_BACK, VERIFICATION, look_back_id
from services.scoring.decider.looking_back import MOST_DRAWN, digest_of, draw
from shared.contracts.profile import ClosingRules
from shared.contracts.scoring import LookBackDrawn, ProjectVerified, SignOffConfirmed, VerificationOpened, VerificationRevoked
from shared.kernel.actor import Actor
from shared.kernel.testing import COUNTY, by, given
from tests.support.a_verification import COMMITTEE, INSPECTOR, OFFICE, PROJECT_ID, SHEET, SIGN_OFF, opened, score
from tests.support.refusals import told

SIGNED_OFF = tuple(UUID(int=number) for number in range(1, 26))
SYSTEM = Actor.system("open_verification_when_completion_declared")
ASK = DrawLookBack(
    since=date(2021, 10, 1),
    until=date(2021, 10, 31),
    seed="2021年10月31日双色球 03 07 16",
    candidates=SIGNED_OFF,
    seen_to=99,
    percent=10,
    profile_version="2021-1",
)
DRAW_ID = look_back_id(ASK, COUNTY)
HOLDS = ConfirmSignOff(project_id=PROJECT_ID, look_back_id=DRAW_ID, remark="灯都亮着", drawn=True)
FAILS = RevokeSignOff(project_id=PROJECT_ID, look_back_id=DRAW_ID, reason="两盏不亮", drawn=True)
VERIFIED = given(VERIFICATION, opened(ClosingRules())).and_then(score(90), COMMITTEE).and_then(SIGN_OFF, COMMITTEE)


def test_a_draw_is_on_record_with_all_that_is_needed_to_draw_it_again() -> None:
    event = given(LOOK_BACK).when(ASK, OFFICE).then_one(LookBackDrawn, candidates=25, percent=10, seen_to=99, drawn_by="xjb-1")
    assert isinstance(event, LookBackDrawn)
    assert len(event.drawn) == 3, "ten per cent of 25, rounded up"
    order = sorted(SIGNED_OFF, key=lambda each: hashlib.sha256(f"{event.seed},{each}".encode()).hexdigest())
    assert list(event.drawn) == order[:3]
    assert event.digest == hashlib.sha256(",".join(map(str, SIGNED_OFF)).encode()).hexdigest()


@for_all(st.text(max_size=20), st.sets(st.uuids(), max_size=60), st.integers(0, 100))
def test_the_sample_depends_on_the_seed_and_the_candidates_alone(seed: str, pool: set[UUID], percent: int) -> None:
    drawn = draw(seed, sorted(pool), percent)
    assert drawn == draw(seed, sorted(pool, reverse=True), percent)
    assert set(drawn) <= pool
    assert len(set(drawn)) == len(drawn) == -(-len(pool) * percent // 100)
    assert digest_of(pool) == digest_of(sorted(pool, reverse=True))
    smaller = draw(seed, pool, percent // 2)
    assert drawn[: len(smaller)] == smaller


def test_a_period_is_drawn_once_so_that_nobody_draws_until_the_sample_suits_them() -> None:
    once = given(LOOK_BACK).and_then(ASK, OFFICE)
    once.when(ASK, OFFICE).nothing()
    assert told(once.when(ASK.model_copy(update={"seed": "again"}), OFFICE)) == ("look_back_already_drawn", None, {"seed": ASK.seed})
    others = [ASK.model_copy(update=change) for change in ({"unit": "T1"}, {"level": "member"}, {"until": date(2021, 10, 30)})]
    assert len({look_back_id(each, COUNTY) for each in (ASK, *others)}) == 4


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"until": date(2021, 9, 30)}, "period_backwards"),
        ({"until": date(2021, 11, 1)}, "period_not_over"),
        ({"percent": None}, "profile_not_adopted"),
        ({"candidates": ()}, "nothing_to_draw"),
        ({"candidates": tuple(UUID(int=n) for n in range(MOST_DRAWN * 2)), "percent": 100}, "sample_too_large"),
    ],
)
def test_a_draw_needs_a_period_that_is_over_a_rule_and_something_to_draw(change: dict[str, object], code: str) -> None:
    given(LOOK_BACK).when(ASK.model_copy(update=change), OFFICE).rejected(code)


def test_the_office_alone_draws() -> None:
    for actor in (COMMITTEE, INSPECTOR, by("leader"), by("auditor"), by("citizen")):
        given(LOOK_BACK).when(ASK, actor).rejected("role_not_allowed")


def test_a_sign_off_that_holds_is_confirmed_once_and_stays() -> None:
    VERIFIED.when(HOLDS, INSPECTOR).then(
        SignOffConfirmed(project_id=PROJECT_ID, round=1, look_back_id=DRAW_ID, remark="灯都亮着", confirmed_by="team-2")
    )
    held = VERIFIED.and_then(HOLDS, INSPECTOR)
    held.when(HOLDS, OFFICE).nothing()
    held.when(FAILS, OFFICE).rejected("already_looked_at")
    held.when(SIGN_OFF, COMMITTEE).rejected("verification_not_open")


def test_a_sign_off_that_does_not_hold_is_revoked_and_the_old_one_stays_on_record() -> None:
    VERIFIED.when(FAILS, OFFICE).then(
        VerificationRevoked(project_id=PROJECT_ID, round=1, reason="两盏不亮", revoked_by="xjb-1", look_back_id=DRAW_ID)
    )
    revoked = VERIFIED.and_then(FAILS, OFFICE)
    assert [type(event) for event in revoked.history][-2:] == [ProjectVerified, VerificationRevoked]
    revoked.when(FAILS, INSPECTOR).nothing()
    revoked.when(HOLDS, INSPECTOR).rejected("already_looked_at")
    revoked.when(WithdrawVerification(project_id=PROJECT_ID, round=1), SYSTEM).nothing()
    for ask in (SIGN_OFF, score(99)):
        revoked.when(ask, COMMITTEE).rejected("verification_not_open")


def test_what_was_revoked_is_declared_and_verified_anew_and_the_old_look_back_has_no_second_say() -> None:
    again = OpenVerification(**dict(opened(ClosingRules(), number=2)))
    second = VERIFIED.and_then(FAILS, OFFICE).and_then(again, SYSTEM)
    second.when(HOLDS, INSPECTOR).rejected("already_looked_at")
    done = second.and_then(score(95), COMMITTEE).and_then(SIGN_OFF, COMMITTEE)
    done.when(FAILS, OFFICE).rejected("already_looked_at")
    other = FAILS.model_copy(update={"look_back_id": UUID(int=7)})
    done.when(other, OFFICE).then_one(VerificationRevoked, round=2)


def test_only_what_was_drawn_and_stands_is_looked_back_at() -> None:
    for verdict in (HOLDS, FAILS):
        VERIFIED.when(verdict.model_copy(update={"drawn": False}), OFFICE).rejected("not_drawn")
        given(VERIFICATION, opened()).when(verdict, OFFICE).rejected("sign_off_not_standing")
        given(VERIFICATION).when(verdict, OFFICE).rejected("not_found")


def test_nobody_looks_back_at_their_own_item_or_their_own_verdict() -> None:
    for verdict in (HOLDS, FAILS):
        VERIFIED.when(verdict, COMMITTEE).rejected("role_not_allowed")
        VERIFIED.when(verdict, by("inspector", sub="committee-1")).rejected("own_verdict")
        VERIFIED.when(verdict, by("office", sub="li")).rejected("own_item")
    scored = given(VERIFICATION, opened(ClosingRules())).and_then(score(90), INSPECTOR).and_then(SIGN_OFF, COMMITTEE)
    scored.when(FAILS, INSPECTOR).rejected("own_verdict")
    leaders: VerificationOpened = opened(tier="unit", claimant="chief", claimed_as="leader")
    given(VERIFICATION, leaders).when(FAILS, by("office", sub="xjb-3", unit="T1")).rejected("own_leaders_item")
    assert SHEET.pass_mark == 75
