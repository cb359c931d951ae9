"""A need and what may happen to it, for tests that tell its story."""

from datetime import UTC, date, datetime
from uuid import UUID

from services.intake.commands import Closing, GiveMoreByCode, JoinNeed, PetitionerGiven, RateByCode, RateNeed, RouteNeed, SubmitNeed
from services.intake.state.receipts import code_text, digest_of_secret
from shared.contracts.intake import (
    NeedAnswered,
    NeedDeclined,
    NeedJoined,
    NeedMerged,
    NeedRated,
    NeedReopened,
    NeedRouted,
    NeedSubmitted,
    Petitioner,
    WishClaimed,
    WishPublished,
)
from shared.contracts.values import Rating
from shared.kernel.actor import Actor
from shared.kernel.sealed import Sealed
from shared.kernel.testing import by

EARLIER = UUID("0199c1a8-1111-7000-8000-000000000000")
NEED_ID = UUID("0199c1a8-1111-7000-8000-000000000001")
PETITION_ID = UUID("0199c1a8-3333-7000-8000-000000000001")
PROJECT_ID = UUID("0199c1a8-2222-7000-8000-000000000001")
PERSON = UUID("0199c1a8-4444-7000-8000-000000000001")
MEMBER_ID = UUID("0199c1a8-5555-7000-8000-000000000001")
OFFICE, CLERK, CITIZEN = by("office", sub="xjb-1"), by("clerk", sub="clerk-1"), by("citizen", sub="citizen-1")
UNIT, OTHER_UNIT = by("unit", sub="unit-1", unit="430523100"), by("unit", sub="unit-2", unit="430523101")
ANYONE = Actor.anyone()
TIMER = Actor.system("timer")
VERIFIED = Actor.system("answer_petitioners_when_project_verified")
FIRST_SECRET, SECOND_SECRET = b"1" * 32, b"2" * 32
FIRST_CODE, SECOND_CODE = code_text(FIRST_SECRET), code_text(SECOND_SECRET)
SEALED = Petitioner(person=PERSON, name=Sealed(person=PERSON, ciphertext="c2VhbGVk"), share_with_unit=False)
OWNER_BY = date(2021, 11, 8)
REOPEN_UNTIL = date(2021, 11, 16)
LAST_MOMENT, TOO_LATE = datetime(2021, 11, 16, 15, 59, tzinfo=UTC), datetime(2021, 11, 16, 16, tzinfo=UTC)

SUBMITTED = NeedSubmitted(
    need_id=NEED_ID,
    kind="need",
    channel="hotline",
    title="路灯坏了",
    detail="村口",
    town="430523100",
    petitioner=SEALED,
    submitted_by="citizen-1",
    code_digest=digest_of_secret(FIRST_SECRET),
    owner_by=OWNER_BY,
)
WISHED = SUBMITTED.model_copy(update={"kind": "micro-wish", "title": "想要一个书包"})
JOINED = NeedJoined(
    need_id=NEED_ID,
    petition_id=PETITION_ID,
    number=2,
    channel="wechat",
    petitioner=None,
    joined_by="citizen-2",
    on_behalf=False,
    code_digest=digest_of_secret(SECOND_SECRET),
)
ROUTED = NeedRouted(need_id=NEED_ID, handling_unit="430523100", responsible_leader="leader-7")
MERGED = NeedMerged(need_id=NEED_ID, into=EARLIER, reason="同一处", merged_by="xjb-1")
DECLINED = NeedDeclined(need_id=NEED_ID, outcome="petition", reason="属信访事项", reopen_until=REOPEN_UNTIL)
ANSWERED = NeedAnswered(need_id=NEED_ID, outcome="done", text="已修好", reopen_until=REOPEN_UNTIL)
BY_PROJECT = NeedAnswered(need_id=NEED_ID, outcome="done", text=None, project_id=PROJECT_ID, reopen_until=REOPEN_UNTIL)
REOPENED = NeedReopened(need_id=NEED_ID, closing=1, project_id=None, reason="还不亮")
PUBLISHED = WishPublished(need_id=NEED_ID, title="想要一个书包", town="430523100", published_by="xjb-1")
CLAIMED = WishClaimed(need_id=NEED_ID, member_id=MEMBER_ID, claimant="li", unit="T1", branch="B1")


def submit(**changes: object) -> SubmitNeed:
    """Return a command that submits the need."""
    fields = {
        "need_id": NEED_ID,
        "kind": "need",
        "channel": "hotline",
        "title": "路灯坏了",
        "detail": "村口",
        "town": "430523100",
        "petitioner": None,
    }
    return SubmitNeed.model_validate({**fields, **changes})


def join(*, petitioner: PetitionerGiven | None = None, on_behalf: bool = False) -> JoinNeed:
    """Return a command that joins the need."""
    digest = digest_of_secret(SECOND_SECRET)
    return JoinNeed(
        need_id=NEED_ID, petition_id=PETITION_ID, channel="wechat", petitioner=petitioner, on_behalf=on_behalf, code_digest=digest
    )


def route(unit: str = "430523100", leader: str = "leader-7", *, assisting: tuple[str, ...] = (), reason: str | None = None) -> RouteNeed:
    """Return a command that routes the need."""
    return RouteNeed(need_id=NEED_ID, handling_unit=unit, responsible_leader=leader, assisting_units=assisting, reason=reason)


def more(code: str = FIRST_CODE) -> GiveMoreByCode:
    """Return a command that gives what was asked for."""
    return GiveMoreByCode(need_id=NEED_ID, code=code, text="村口东侧三盏。")


def rate(rating: Rating, code: str = FIRST_CODE, text: str | None = None, elsewhere: Closing | None = None) -> RateByCode:
    """Return a command that rates the latest closing by query code."""
    return RateByCode(need_id=NEED_ID, code=code, rating=rating, text=text, elsewhere=elsewhere)


def rate_at_the_counter(rating: Rating, petitioner: int = 1) -> RateNeed:
    """Return a command by which the clerk records a rating."""
    return RateNeed(need_id=NEED_ID, petitioner=petitioner, rating=rating)


def rated(rating: Rating, *, good: bool, **changes: object) -> NeedRated:
    """Return the fact that the first petitioner rated the first closing."""
    fields: dict[str, object] = {"closing": 1, "petitioner": "p1", "handling_unit": "430523100", "project_id": None, "text": None}
    return NeedRated.model_validate({"need_id": NEED_ID, "rating": rating, "good": good, **fields, **changes})
