"""What may be asked of a project: in through the gate, done, struck off, or gone."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.profile import Profile
from shared.contracts.values import Verdict
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.text import Paragraphs, Remark, Title, UnitCode

Verdicts = Annotated[tuple[Verdict, ...], Field(min_length=3, max_length=3)]
Needs = Annotated[tuple[UUID, ...], Field(max_length=200)]


class ProposeProject(Command):
    """Put a practical project forward, for needs or of one's own."""

    project_id: Annotated[UUID, FromPlatform]
    title: Title
    level: UnitCode
    unit: UnitCode
    branch: UnitCode | None = None
    need_ids: Needs = ()
    planned_completion: date
    profile: Annotated[Profile | None, FromPlatform] = None


class MendProject(Command):
    """Put a returned project forward again under the same id; earlier verdicts stay on record."""

    project_id: Annotated[UUID, FromPlatform]
    title: Title
    need_ids: Needs = ()
    planned_completion: date


class ReviewProject(Command):
    """Judge a proposed project by the three principles, each with its reason; all met approves, one failed returns it."""

    project_id: Annotated[UUID, FromPlatform]
    verdicts: Verdicts


class DrawSpotCheck(Command):
    """Draw a sample of what units reviewed themselves (one unit, or all), as large as the rules in force say."""

    spot_check_id: Annotated[UUID, FromPlatform]
    unit: UnitCode | None = None
    seed: Annotated[str, FromPlatform] = ""
    candidates: Annotated[tuple[UUID, ...], FromPlatform] = ()
    profile: Annotated[Profile | None, FromPlatform] = None


class JudgeDrawnProject(Command):
    """Judge a drawn project by the three principles; one failed sends it back to be reviewed and claimed anew."""

    project_id: Annotated[UUID, FromPlatform]
    spot_check_id: Annotated[UUID, FromPlatform]
    verdicts: Verdicts
    drawn: Annotated[bool, FromPlatform] = False


class ReportProgress(Command):
    """Tell how far the work is."""

    project_id: Annotated[UUID, FromPlatform]
    percent: Annotated[int, Field(ge=0, le=100)]
    text: Remark


class RevisePlan(Command):
    """Improve what is to be done, of one's own or because an inspection found something."""

    project_id: Annotated[UUID, FromPlatform]
    text: Paragraphs
    finding_id: UUID | None = None


class DeclareCompletion(Command):
    """Say that the work is done."""

    project_id: Annotated[UUID, FromPlatform]
    summary: Paragraphs


class ReopenProject(Command):
    """Send a project declared complete back to work."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark
    round: Annotated[int | None, FromPlatform] = None


class SignOffProject(Command):
    """Strike a verified project off the list; only the policy on its verification does."""

    project_id: UUID
    round: int


class RedoProject(Command):
    """Send a project back to work although it was signed off; only policies do, on what scoring or intake found."""

    project_id: UUID
    because: Literal["revoked", "rated-badly"]
    reason: Remark
    round: int | None = None


class WithdrawProject(Command):
    """Take a project off the list without its being done."""

    project_id: Annotated[UUID, FromPlatform]
    reason: Remark


class MergeTarget(BaseModel):
    """What the projects list says of a project that others are to be merged into."""

    model_config = ConfigDict(frozen=True)

    unit: str
    open: bool


class MergeProject(Command):
    """Take a project off the list because another does what it was to do; that one takes its needs in."""

    project_id: Annotated[UUID, FromPlatform]
    into: UUID
    reason: Remark
    target: Annotated[MergeTarget | None, FromPlatform] = None


class TakeInMergedProject(Command):
    """Take in the needs of a project that was merged into this one; only the policy on the merging does."""

    project_id: UUID
    merged_project_id: UUID
    need_ids: tuple[UUID, ...]


class AttachEvidence(Command):
    """Attach a photo or document that shows progress; the file is kept already, under its digest."""

    project_id: Annotated[UUID, FromPlatform]
    evidence_id: Annotated[UUID, FromPlatform]
    digest: Annotated[str, FromPlatform]
    media_type: Annotated[str, FromPlatform]
    size: Annotated[int, FromPlatform]
    caption: Remark
