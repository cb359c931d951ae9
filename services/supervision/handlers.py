"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.supervision.commands import (
    AcceptResponse,
    AcknowledgeNotice,
    CloseNotice,
    IssueNotice,
    MarkOverdue,
    RespondToNotice,
    SendResponseBack,
)
from services.supervision.decider import NOTICE
from services.supervision.queries import CURRENT_PROFILE, KNOWN_PROJECT, KNOWN_UNIT
from shared.contracts.profile import NoticeRule, Profile
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.errors import Rejected
from shared.kernel.rules import Command
from shared.kernel.workdays import Period, business_day

_WAIT_SECONDS = 0.5


async def by_the_county_s_rules(facts: Facts, command: IssueNotice) -> IssueNotice:
    """Look up addressees and projects, and the days the county gives where the command gives none."""
    for unit in command.addressees:
        if await facts.find(KNOWN_UNIT, unit, seconds=_WAIT_SECONDS) is None:
            raise Rejected("unit_not_registered", pointer="/addressees", unit=unit)
    for project_id in command.project_ids:
        if await facts.find(KNOWN_PROJECT, project_id, seconds=_WAIT_SECONDS) is None:
            raise Rejected("project_not_known", pointer="/project_ids", project=project_id)
    row = await facts.find(CURRENT_PROFILE, business_day(facts.asked.at), seconds=_WAIT_SECONDS)
    if row is None:
        raise Rejected("profile_not_adopted")
    profile = Profile.model_validate(row["profile"], strict=False)
    rule = next((rule for rule in profile.notices if rule.kind == command.kind), NoticeRule(kind=command.kind))
    return command.model_copy(
        update={
            "acknowledge_within": command.acknowledge_within or _period(rule.acknowledge),
            "reply_within": command.reply_within or _period(rule.reply),
        }
    )


def _period(given: Any) -> Period | None:  # noqa: ANN401 - the contract's period or None
    return None if given is None else Period(days=given.days, unit=given.unit)


def _stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a notice
    return f"notice-{command.notice_id}"


notice = CommandHandler(NOTICE, stream=_stream)

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    IssueNotice: CommandHandler(NOTICE, stream=_stream, prepare=by_the_county_s_rules, opens=True),
    AcknowledgeNotice: notice,
    RespondToNotice: notice,
    AcceptResponse: notice,
    SendResponseBack: notice,
    CloseNotice: notice,
    MarkOverdue: notice,
}
TIMED: Sequence[type[Command]] = (MarkOverdue,)
