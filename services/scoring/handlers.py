"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.scoring.commands import (
    CheckMaterials,
    ConfirmSignOff,
    DrawLookBack,
    OpenVerification,
    RefuseVerification,
    RevokeSignOff,
    ScoreProject,
    SignOffVerification,
    WithdrawVerification,
)
from services.scoring.decider import LOOK_BACK, VERIFICATION, look_back_id
from services.scoring.queries.lookups import CLAIM, CURRENT_PROFILE, STANDING_SIGN_OFFS
from shared.contracts.profile import Profile
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.rules import Command
from shared.kernel.workdays import business_day, end_of

_WAIT_SECONDS = 5.0
_ONE_DAY = timedelta(days=1)


async def under_the_county_s_rules(facts: Facts, command: OpenVerification) -> OpenVerification:
    """Look up the sheet and the closing rules in force on the day and, where they ask for it, in which role the project was claimed.

    Raises TimeoutError where a fact that came before the completion in its lane has not arrived: the policy tries again.
    """
    row = await facts.find(CURRENT_PROFILE, business_day(facts.asked.at), seconds=_WAIT_SECONDS)
    if row is None:
        raise TimeoutError("the county's profile has not arrived")
    profile = Profile.model_validate(row["profile"])
    claimed_as = None
    if not profile.closing.own_leader_may_sign:
        claim = await facts.find(CLAIM, command.project_id, seconds=_WAIT_SECONDS)
        if claim is None:
            raise TimeoutError("the project's claim has not arrived")
        claimed_as = claim["claimed_as"]
    found = {"sheet": profile.score_sheet, "closing": profile.closing, "claimed_as": claimed_as, "profile_version": profile.version}
    return command.model_copy(update=found)


async def among_the_standing(facts: Facts, command: DrawLookBack) -> DrawLookBack:
    """Look up the sign-offs of the period that stand, and the county's percentage."""
    row = await facts.find(CURRENT_PROFILE, business_day(facts.asked.at))
    if row is None or command.until < command.since:
        return command
    profile = Profile.model_validate(row["profile"])
    first, last = end_of(command.since - _ONE_DAY), end_of(command.until)
    standing = await facts.find(STANDING_SIGN_OFFS, first, last, command.unit, command.level)
    found = {"candidates": tuple(standing["candidates"]), "seen_to": standing["seen_to"]} if standing else {}
    return command.model_copy(update={**found, "percent": profile.closing.look_back_percent, "profile_version": profile.version})


async def as_drawn(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - a verdict of a look-back
    """Look up whether the look-back drew the project."""
    known, _ = await facts.state(LOOK_BACK, f"lookback-{command.look_back_id}")
    return command.model_copy(update={"drawn": command.project_id in known.drawn})


def _verification(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a verification
    return f"verification-{command.project_id}"


verification = CommandHandler(VERIFICATION, stream=_verification)
looking_back = CommandHandler(VERIFICATION, stream=_verification, prepare=as_drawn)

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    OpenVerification: CommandHandler(VERIFICATION, stream=_verification, prepare=under_the_county_s_rules),
    WithdrawVerification: verification,
    CheckMaterials: verification,
    ScoreProject: verification,
    SignOffVerification: verification,
    RefuseVerification: verification,
    DrawLookBack: CommandHandler(
        LOOK_BACK, stream=lambda command, county: f"lookback-{look_back_id(command, county)}", prepare=among_the_standing
    ),
    ConfirmSignOff: looking_back,
    RevokeSignOff: looking_back,
}
TIMED: Sequence[type[Command]] = ()
