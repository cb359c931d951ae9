"""Events of scoring: verification and the tiered sign-off, look-backs, surveys, scores of units, the annual assessment."""

from datetime import date
from uuid import UUID

from shared.contracts.judging import AnnualLine, Exclusion, Question, Respondents, Sampling, SeenMaterial, Subject, Tally
from shared.contracts.profile import AnnualRules, ClosingRules, ScoreSheet
from shared.contracts.values import ScoreItem, Tier
from shared.kernel.events import Contract, Event


class VerificationOpened(Event):
    """A completion awaits its score; the sheet in force is kept with it. `round` is the completion's."""

    project_id: UUID
    round: int
    title: str
    level: str
    unit: str
    branch: str | None
    claimant: str
    need_ids: tuple[UUID, ...]
    tier: Tier
    sheet: ScoreSheet
    closing: ClosingRules = ClosingRules()
    claimed_as: str | None = None
    profile_version: str | None = None


class MaterialsChecked(Event):
    """Materials of the checklist were seen; the last remark on each stands."""

    project_id: UUID
    round: int
    seen: tuple[SeenMaterial, ...]
    checked_by: str


class ProjectScored(Event):
    """Points (0-100) per item, and their weighted mean, rounded half up.

    `agreed` is the total that counts with this score, of all scorers; `awaiting`: another scorer is needed before one does.
    """

    project_id: UUID
    round: int
    points: dict[ScoreItem, int]
    total: int
    scored_by: str
    remark: str | None
    agreed: int | None = None
    awaiting: bool = False


class ProjectVerified(Event):
    """Signed off by its tier (三级销号)."""

    project_id: UUID
    round: int
    level: str
    unit: str
    need_ids: tuple[UUID, ...]
    tier: Tier
    total: int
    signed_off_by: str


class VerificationRefused(Event):
    """No sign-off (不予销号): the work is to be done again (重新办理)."""

    project_id: UUID
    round: int
    reason: str
    refused_by: str
    redo: str | None = None
    redo_by: date | None = None
    provisional: bool = False


class VerificationWithdrawn(Event):
    """The project went back to work before it was signed off or refused: nothing is left to verify in this round."""

    project_id: UUID
    round: int


class VerificationRevoked(Event):
    """A look-back (回头看) did not confirm a sign-off: the project returns to work and to the register; the sign-off stays on record."""

    project_id: UUID
    round: int
    reason: str
    revoked_by: str
    look_back_id: UUID | None = None


class SignOffConfirmed(Event):
    """A look-back found a sign-off to hold."""

    project_id: UUID
    round: int
    look_back_id: UUID
    remark: str
    confirmed_by: str


class LookBackDrawn(Event):
    """A sample of standing sign-offs was drawn, so that anybody can draw it again (回头看).

    Candidates are the projects signed off from `since` to `until`, both included (of a unit or level where one is named), as they
    stood at position `seen_to` of scoring's lane; `digest` is the SHA-256, hexadecimal, of their ids in ascending order, joined by
    commas. Drawn are the `percent` of them, rounded up, whose SHA-256 of `<seed>,<id>` is smallest.
    """

    look_back_id: UUID
    since: date
    until: date
    unit: str | None
    level: str | None
    seed: str
    percent: int
    profile_version: str
    seen_to: int
    candidates: int
    digest: str
    drawn: tuple[UUID, ...]
    drawn_by: str


class SurveyOpened(Event):
    """People are asked; `sample` is how many. What counts as good is the county's on that day."""

    survey_id: UUID
    title: str
    unit: str
    project_id: UUID | None
    questions: tuple[Question, ...]
    respondents: Respondents
    sampling: Sampling
    sample: int
    until: date
    basically_is_good: bool
    opened_by: str


class SurveyCodesIssued(Event):
    """One-time codes were handed out; known here is only the SHA-256, hexadecimal, of `<survey_id>,<code>`."""

    survey_id: UUID
    digests: tuple[str, ...]
    issued_by: str


class SurveyAnswered(Event):
    """One respondent answered, once; `respondent` is a pseudonym that means nothing outside this survey."""

    survey_id: UUID
    respondent: UUID
    unit: str
    project_id: UUID | None
    answers: dict[str, str]
    satisfaction: Tally
    awareness: Tally


class SurveyClosed(Event):
    """Nobody is asked any more; the figures stand."""

    survey_id: UUID
    remark: str | None
    closed_by: str


class UnitScored(Event):
    """A unit got points on the county's sheet on an occasion (the code of a roving assessment or round); the last score on it counts."""

    score_id: UUID
    unit: str
    occasion: str
    sheet: ScoreSheet
    points: dict[ScoreItem, int]
    total: int
    passed: bool
    scored_by: str
    remark: str | None


class YearAssessed(Event):
    """A year was assessed (目标责任考核) under rules kept with it; earlier runs stay.

    `run` counts from 1, `seen_to` says up to which position of each service.
    """

    assessment_id: UUID
    run: int
    year: int
    subject: Subject
    unit: str | None
    rules: AnnualRules
    profile_version: str
    seen_to: dict[str, int]
    subjects: int
    digest: str
    assessed_by: str


class SubjectAssessed(Event):
    """A unit's or person's place in a run: score in hundredths of a point (null: nothing to count), rank (equal scores share one)."""

    assessment_id: UUID
    run: int
    subject: Subject
    code: str
    unit: str
    order: int
    lines: tuple[AnnualLine, ...]
    score: int | None
    rank: int | None
    commendable: bool
    exclusions: tuple[Exclusion, ...]


SCORING = Contract(
    "scoring",
    [
        VerificationOpened,
        MaterialsChecked,
        ProjectScored,
        ProjectVerified,
        VerificationRefused,
        VerificationWithdrawn,
        VerificationRevoked,
        SignOffConfirmed,
        LookBackDrawn,
        SurveyOpened,
        SurveyCodesIssued,
        SurveyAnswered,
        SurveyClosed,
        UnitScored,
        YearAssessed,
        SubjectAssessed,
    ],
)
