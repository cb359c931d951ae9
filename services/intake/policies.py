"""What follows in intake from facts, other services' and its own."""

from collections.abc import Sequence

from services.intake.commands import AnswerNeed, ReopenNeed
from shared.contracts.intake import NeedReopened
from shared.contracts.scoring import ProjectVerified
from shared.kernel.envelope import Meta
from shared.kernel.rules import Command, Policy


def answer_petitioners(event: ProjectVerified, _meta: Meta) -> Sequence[Command]:
    """Every need of a verified project is answered."""
    return [AnswerNeed(need_id=need_id, outcome="done", project_id=event.project_id) for need_id in event.need_ids]


def reopen_the_other(event: NeedReopened, _meta: Meta) -> Sequence[Command]:
    """A merged need rated badly sends the need it is handled with back to work."""
    return [] if event.through is None else [ReopenNeed(need_id=event.through, closing=event.closing, reason=event.reason)]


ANSWER_PETITIONERS = Policy("answer_petitioners_when_project_verified", on=ProjectVerified, do=answer_petitioners)
REOPEN_THE_OTHER = Policy("reopen_the_other_when_need_reopened", on=NeedReopened, do=reopen_the_other)
