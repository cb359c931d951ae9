"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from services.intake.commands import (
    AcceptNeed,
    AnswerNeed,
    AskForMore,
    AttachPhoto,
    CallKnown,
    ClaimWish,
    CloseCall,
    DeclineNeed,
    ErasePetitioner,
    FulfilWish,
    GiveMore,
    GiveMoreByCode,
    GiveWishBack,
    JoinNeed,
    MarkUnowned,
    MemberKnown,
    MergeNeed,
    MissMore,
    OtherNeed,
    PublishCall,
    PublishWish,
    RateByCode,
    RateNeed,
    RemovePhoto,
    RemovePhotoByCode,
    ReopenNeed,
    RevealPetitioner,
    RouteNeed,
    SubmitNeed,
    ThankByCode,
    UnmergeNeed,
)
from services.intake.decider import CALL, NEED
from services.intake.queries.facts import CURRENT_PROFILE, MEMBER, UNIT
from services.intake.queries.voices import QUERY_CODE
from services.intake.state.need import CLOSED, Status
from services.intake.state.receipts import digest_of_secret
from shared.contracts.profile import NeedRules, Profile
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Command
from shared.kernel.workdays import business_day

_WAIT_SECONDS = 0.5
PHOTO = "photo"
"""What a photo's id is derived for."""
C = TypeVar("C", bound=Command)


async def by_the_county_s_rules(facts: Facts, command: C) -> C:
    """Look up what the county's profile in force says of needs; a county that has adopted none goes by the defaults."""
    day = business_day(facts.asked.at)
    rules = await facts.lately("county_profile", CURRENT_PROFILE, day, read=lambda row: Profile.recorded(row["profile"]).needs)
    return command.model_copy(update={"rules": rules or NeedRules()})


async def with_a_code_and_a_call(facts: Facts, command: SubmitNeed) -> SubmitNeed:
    """Derive the query code, and look up the county's rules and the call the need names."""
    found: dict[str, Any] = {"code_digest": _digest(facts, command.need_id)}
    if command.call_id is not None:
        call, _ = await facts.state(CALL, f"call-{command.call_id}")
        if call.opens_on is not None and call.closes_on is not None:
            found["call"] = CallKnown(opens_on=call.opens_on, closes_on=call.closes_on, closed=call.closed)
    return await by_the_county_s_rules(facts, command.model_copy(update=found))


async def with_a_code(facts: Facts, command: JoinNeed) -> JoinNeed:
    """Derive the query code."""
    return command.model_copy(update={"code_digest": _digest(facts, command.petition_id)})


async def with_a_photo_id(facts: Facts, command: AttachPhoto) -> AttachPhoto:
    """Derive the photo's id from what it shows: the same picture is the same photo, and nobody else can tell which picture it was."""
    secret = facts.sealer.secret(facts.asked.county, PHOTO, derived("photo", str(command.need_id), command.mark))
    return command.model_copy(update={"photo_id": derived("photo", secret.hex())})


async def to_known_units(facts: Facts, command: RouteNeed) -> RouteNeed:
    """Refuse units that are not on the county's register."""
    if not await _registered(facts, command.handling_unit):
        raise Rejected("unit_not_registered", pointer="/handling_unit", unit=command.handling_unit)
    for unit in command.assisting_units:
        if not await _registered(facts, unit):
            raise Rejected("unit_not_registered", pointer="/assisting_units", unit=unit)
    return command


async def with_the_other(facts: Facts, command: MergeNeed) -> MergeNeed:
    """Look up the need another is to be merged into."""
    other, version = await facts.state(NEED, f"need-{command.into}")
    if version == 0:
        return command
    known = OtherNeed(open=other.status not in CLOSED, merged=other.status is Status.MERGED)
    return command.model_copy(update={"other": known})


async def with_the_closing_elsewhere(facts: Facts, command: C) -> C:
    """Look up, for a merged need, the latest closing of the need it is handled with in the end."""
    need, _ = await facts.state(NEED, _need(command, facts.asked.county))
    if need.merged_into is None:
        return command
    while need.merged_into is not None:  # into an earlier one each time, so that this comes to an end
        need, _ = await facts.state(NEED, f"need-{need.merged_into}")
    return command.model_copy(update={"elsewhere": need.closing})


async def with_the_register(facts: Facts, command: ClaimWish) -> ClaimWish:
    """Look up what the register says of the member who claims."""
    member_id = derived(facts.asked.county, "member", facts.asked.actor.sub)
    row = await facts.find(MEMBER, member_id, seconds=_WAIT_SECONDS if facts.asked.actor.has("member") else 0)
    if row is None:
        return command
    member = MemberKnown(member_id=member_id, unit=row["unit"], branch=row["branch"], exempt=row["exempt"])
    return command.model_copy(update={"member": member})


async def _registered(facts: Facts, unit: str) -> bool:
    return bool(await facts.lately("units", UNIT, unit, read=lambda _: True, seconds=_WAIT_SECONDS))


def _digest(facts: Facts, petition_id: Any) -> str:  # noqa: ANN401 - the id of a need or of a voice that joins it
    return digest_of_secret(facts.sealer.secret(facts.asked.county, QUERY_CODE, petition_id))


def _need(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a need
    return f"need-{command.need_id}"


def _call(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a collection call
    return f"call-{command.call_id}"


need = CommandHandler(NEED, stream=_need)
need_by_rules = CommandHandler(NEED, stream=_need, prepare=by_the_county_s_rules)
need_rated = CommandHandler(NEED, stream=_need, prepare=with_the_closing_elsewhere)

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    SubmitNeed: CommandHandler(NEED, stream=_need, prepare=with_a_code_and_a_call, opens=True),
    JoinNeed: CommandHandler(NEED, stream=_need, prepare=with_a_code),
    AcceptNeed: need,
    AskForMore: need_by_rules,
    GiveMore: need,
    GiveMoreByCode: need,
    MissMore: need,
    RouteNeed: CommandHandler(NEED, stream=_need, prepare=to_known_units),
    MarkUnowned: need,
    MergeNeed: CommandHandler(NEED, stream=_need, prepare=with_the_other),
    UnmergeNeed: need,
    DeclineNeed: need_by_rules,
    AnswerNeed: need_by_rules,
    RateNeed: need_rated,
    RateByCode: need_rated,
    ReopenNeed: need,
    PublishWish: need,
    ClaimWish: CommandHandler(NEED, stream=_need, prepare=with_the_register),
    GiveWishBack: need,
    FulfilWish: need_by_rules,
    ThankByCode: need,
    AttachPhoto: CommandHandler(NEED, stream=_need, prepare=with_a_photo_id),
    RemovePhoto: need,
    RemovePhotoByCode: need,
    RevealPetitioner: need,
    ErasePetitioner: need,
    PublishCall: CommandHandler(CALL, stream=_call, opens=True),
    CloseCall: CommandHandler(CALL, stream=_call),
}
TIMED: Sequence[type[Command]] = (MarkUnowned, MissMore)
