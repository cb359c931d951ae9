"""What follows in intake from other services' facts."""

from collections.abc import Sequence

from services.intake.commands import AnswerNeed
from shared.contracts.scoring import ProjectVerified
from shared.kernel.envelope import Meta
from shared.kernel.rules import Command, Policy


def answer_petitioners(event: ProjectVerified, _meta: Meta) -> Sequence[Command]:
    """Every need of a verified project is answered."""
    return [AnswerNeed(need_id=need_id, outcome="done", project_id=event.project_id) for need_id in event.need_ids]


ANSWER_PETITIONERS = Policy("answer_petitioners_when_project_verified", on=ProjectVerified, do=answer_petitioners)
