"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.intake.commands import AnswerNeed, DeclineNeed, RouteNeed, SubmitNeed
from services.intake.decider import NEED
from services.intake.queries import UNIT
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.errors import Rejected
from shared.kernel.rules import Command

_WAIT_SECONDS = 0.5


async def to_a_known_unit(facts: Facts, command: RouteNeed) -> RouteNeed:
    """Refuse a handling unit that is not on the county's register."""
    if await facts.find(UNIT, command.handling_unit, seconds=_WAIT_SECONDS) is None:
        raise Rejected("unit_not_registered", pointer="/handling_unit", unit=command.handling_unit)
    return command


def _stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a need
    return f"need-{command.need_id}"


need = CommandHandler(NEED, stream=_stream)

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    SubmitNeed: CommandHandler(NEED, stream=_stream, opens=True),
    RouteNeed: CommandHandler(NEED, stream=_stream, prepare=to_a_known_unit),
    DeclineNeed: need,
    AnswerNeed: need,
}
TIMED: Sequence[type[Command]] = ()
