"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.scoring.commands import OpenVerification, RefuseVerification, ScoreProject, SignOffVerification, WithdrawVerification
from services.scoring.decider import VERIFICATION
from services.scoring.queries import CURRENT_PROFILE
from shared.contracts.profile import Profile
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.rules import Command
from shared.kernel.workdays import business_day

_WAIT_SECONDS = 5.0


async def under_the_score_sheet(facts: Facts, command: OpenVerification) -> OpenVerification:
    """Look up the county's score sheet in force on the day."""
    row = await facts.find(CURRENT_PROFILE, business_day(facts.asked.at), seconds=_WAIT_SECONDS)
    if row is None:  # the profile came before the completion in their lane: it is on its way, and the policy tries again
        raise TimeoutError("the county's profile has not arrived")
    return command.model_copy(update={"sheet": Profile.model_validate(row["profile"]).score_sheet})


def _stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a verification
    return f"verification-{command.project_id}"


verification = CommandHandler(VERIFICATION, stream=_stream)

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    OpenVerification: CommandHandler(VERIFICATION, stream=_stream, prepare=under_the_score_sheet),
    WithdrawVerification: verification,
    ScoreProject: verification,
    SignOffVerification: verification,
    RefuseVerification: verification,
}
TIMED: Sequence[type[Command]] = ()
