"""The gate in: review line by line, and the office's spot check of what units reviewed themselves.

The draw. Given a seed, a percentage and the candidates' ids: each id gets the SHA-256 of `<seed>:<id>` (id as lower-case text with
hyphens, UTF-8); the candidates with the smallest digests are drawn, in ascending order of digest; how many is the percentage of the
candidates, rounded up. Whoever has the seed from `SpotCheckDrawn` and the same candidates (their digest tells) draws the same.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from services.projects.commands import DrawSpotCheck, JudgeDrawnProject, ReviewProject
from services.projects.decider.standing import each_principle_once, not_their_own, reviewing_tier_only
from services.projects.state.project import Project, ProjectEvent, Status
from services.projects.state.spot_check import SpotCheck, evolve_spot_check
from shared.contracts.projects import (
    PROJECTS,
    ProjectApproved,
    ProjectReopened,
    ProjectReturned,
    SpotCheckDrawn,
    SpotCheckFailed,
    SpotCheckPassed,
)
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider

MOST_DRAWN = 1_000
"""Projects a draw may hold, so that its event stays well under the size of an event; larger ones are drawn unit by unit."""
_ON_THE_LIST = (Status.APPROVED, Status.CLAIMED, Status.COMPLETED, Status.SIGNED_OFF)


def review(command: ReviewProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The level's tier reviews what others proposed: three principles, each judged once and reasoned.

    The first approval puts the project on its level's register (台账).
    """
    reviewing_tier_only(project, asked)
    if asked.actor.sub == project.proposed_by:
        raise Rejected("own_item")
    each_principle_once(command.verdicts)
    if project.status is not Status.PROPOSED:
        raise Rejected("project_already_reviewed")
    if not all(verdict.met for verdict in command.verdicts):
        return [ProjectReturned(project_id=command.project_id, verdicts=command.verdicts, reviewed_by=asked.actor.sub)]
    entered = None if project.on_ledger else project.level
    return [ProjectApproved(project_id=command.project_id, verdicts=command.verdicts, reviewed_by=asked.actor.sub, ledger=entered)]


def drawn(seed: str, percent: int, candidates: Iterable[UUID]) -> tuple[UUID, ...]:
    """Return the drawn candidates in the order they are drawn; `percent` 0-100, as above."""
    ordered = sorted(set(candidates), key=lambda candidate: hashlib.sha256(f"{seed}:{candidate}".encode()).digest())
    return tuple(ordered[: -(-len(ordered) * percent // 100)])


def digest_of(candidates: Iterable[UUID]) -> str:
    """Return the SHA-256 (hexadecimal) of ids as text, in ascending order, a line feed after each."""
    return hashlib.sha256("".join(f"{candidate}\n" for candidate in sorted(set(candidates))).encode()).hexdigest()


def draw(command: DrawSpotCheck, spot_check: SpotCheck, asked: Asked) -> Sequence[SpotCheckDrawn]:
    """The office draws the share that the rules in force ask for, by a seed nobody chose."""
    asked.actor.require("office")
    if spot_check.drawn:
        return []
    if command.profile is None:
        raise Rejected("profile_not_adopted")
    percent = command.profile.entry.spot_check_percent
    project_ids = drawn(command.seed, percent, command.candidates)
    if not project_ids:
        raise Rejected("nothing_to_check")
    if len(project_ids) > MOST_DRAWN:
        raise Rejected("draw_too_large", drawn=len(project_ids), most=MOST_DRAWN)
    return [
        SpotCheckDrawn(
            spot_check_id=command.spot_check_id,
            unit=command.unit,
            seed=command.seed,
            percent=percent,
            profile_version=command.profile.version,
            candidates=len(set(command.candidates)),
            digest=digest_of(command.candidates),
            project_ids=project_ids,
            drawn_by=asked.actor.sub,
        )
    ]


def judge_drawn(command: JudgeDrawnProject, project: Project, asked: Asked) -> Sequence[ProjectEvent]:
    """The office judges each drawn project once; what fails is reviewed again and claimed anew, its claimant is free."""
    asked.actor.require("office")
    if not command.drawn:
        raise Rejected("project_not_drawn")
    if asked.actor.sub == project.proposed_by:
        raise Rejected("own_item")
    not_their_own(project, asked)
    each_principle_once(command.verdicts)
    if command.spot_check_id in project.spot_checks:
        raise Rejected("project_already_checked")
    if project.status not in _ON_THE_LIST:
        raise Rejected("project_not_open")
    common: dict[str, Any] = {"project_id": command.project_id, "spot_check_id": command.spot_check_id, "verdicts": command.verdicts}
    if all(verdict.met for verdict in command.verdicts):
        return [SpotCheckPassed(**common, checked_by=asked.actor.sub)]
    if project.status is Status.SIGNED_OFF:
        raise Rejected("project_not_open")
    failed = SpotCheckFailed(**common, claimant=project.claimant, freed=project.claim.members, checked_by=asked.actor.sub)
    if project.status is not Status.COMPLETED:
        return [failed]
    reason = next(verdict.reason for verdict in command.verdicts if not verdict.met)
    return [ProjectReopened(project_id=command.project_id, reason=reason, round=project.round, because="spot-check"), failed]


SPOT_CHECK = Decider(contract=PROJECTS, initial=SpotCheck(), evolve=evolve_spot_check, decide=draw)
