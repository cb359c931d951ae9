"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.scoring.commands import (
    AnswerRecord,
    AnswerSurvey,
    AssessYear,
    CheckMaterials,
    CloseSurvey,
    ConfirmSignOff,
    DrawLookBack,
    IssueSurveyCodes,
    LetterRecord,
    OpenSurvey,
    OpenVerification,
    ProjectRecord,
    RatingRecord,
    Records,
    RefuseVerification,
    RevokeSignOff,
    ScoreProject,
    ScoreUnit,
    SignOffVerification,
    SubjectRecord,
    WithdrawVerification,
)
from services.scoring.decider import (
    ANNUAL,
    ANSWER,
    LOOK_BACK,
    SURVEY,
    UNIT_SCORE,
    VERIFICATION,
    asking,
    assessment_id,
    code_digest,
    look_back_id,
    pseudonym,
    unit_score_id,
)
from services.scoring.queries.lookups import (
    CLAIM,
    CURRENT_PROFILE,
    KNOWN_UNIT,
    NAMED_PROFILE,
    PROJECT_UNIT,
    RECORDS,
    STANDING_SIGN_OFFS,
)
from shared.contracts.judging import Tally
from shared.contracts.profile import Profile
from shared.kernel.commands import CommandHandler, Facts
from shared.kernel.errors import Rejected
from shared.kernel.rules import Command
from shared.kernel.workdays import business_day, end_of

_WAIT_SECONDS = 5.0
_SHORTLY_SECONDS = 0.5
_PEOPLE = ("member", "leader")
"""Roles in which somebody takes a project on as a person; a branch or unit does as a body."""
_ONE_DAY = timedelta(days=1)


async def under_the_county_s_rules(facts: Facts, command: OpenVerification) -> OpenVerification:
    """Look up the sheet and the closing rules in force on the day and, where they ask for it, in which role the project was claimed.

    Raises TimeoutError where a fact that came before the completion in its lane has not arrived: the policy tries again.
    """
    profile = await _in_force(facts, seconds=_WAIT_SECONDS)
    if profile is None:
        raise TimeoutError("the county's profile has not arrived")
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
    profile = await _in_force(facts)
    if profile is None or command.until < command.since:
        return command
    first, last = end_of(command.since - _ONE_DAY), end_of(command.until)
    standing = await facts.search(STANDING_SIGN_OFFS, first, last, command.unit, command.level)
    found = {"candidates": tuple(standing["candidates"]), "seen_to": standing["seen_to"]} if standing else {}
    return command.model_copy(update={**found, "percent": profile.closing.look_back_percent, "profile_version": profile.version})


async def as_drawn(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - a verdict of a look-back
    """Look up whether the look-back drew the project."""
    known, _ = await facts.state(LOOK_BACK, f"lookback-{command.look_back_id}")
    return command.model_copy(update={"drawn": command.project_id in known.drawn})


async def of_a_known_unit(facts: Facts, command: OpenSurvey) -> OpenSurvey:
    """Look up the unit, the project where one is named, and which ratings the county calls good."""
    await _registered(facts, command.unit)
    if command.project_id is not None:
        row = await facts.find(PROJECT_UNIT, command.project_id, seconds=_SHORTLY_SECONDS)
        if row is None:
            raise Rejected("project_not_known", pointer="/project_id", project=command.project_id)
        if row["unit"] != command.unit:
            raise Rejected("project_of_another_unit", pointer="/unit", unit=row["unit"])
    profile = await _in_force(facts)
    if profile is None:
        raise Rejected("profile_not_adopted")
    return command.model_copy(update={"basically_is_good": profile.needs.basically_is_good})


async def as_asked(facts: Facts, command: AnswerSurvey) -> AnswerSurvey:
    """Look up the survey that is answered, and whether the code was handed out."""
    survey, _ = await facts.state(SURVEY, f"survey-{command.survey_id}")
    return command.model_copy(update={"survey": asking(survey, code_digest(command.survey_id, command.respondent))})


async def on_the_county_s_sheet(facts: Facts, command: ScoreUnit) -> ScoreUnit:
    """Look up the unit and the sheet in force on the day."""
    await _registered(facts, command.unit)
    profile = await _in_force(facts)
    return command if profile is None else command.model_copy(update={"sheet": profile.score_sheet})


async def from_what_happened(facts: Facts, command: AssessYear) -> AssessYear:
    """Look up the rules (those in force today, or of the version that is named) and everything the year counts."""
    if command.profile_version is None:
        profile = await _in_force(facts)
    else:
        row = await facts.find(NAMED_PROFILE, command.profile_version)
        profile = None if row is None else Profile.recorded(row["profile"])
    if profile is None or profile.annual is None:
        return command
    rows = await facts.search(RECORDS, command.unit, date(command.year, 1, 1), date(command.year, 12, 31))
    records = Records() if rows is None else _records(dict(rows), command)
    return command.model_copy(update={"rules": profile.annual, "found_version": profile.version, "records": records})


def _records(rows: Mapping[str, Any], command: AssessYear) -> Records:
    """Return the records of rows as JSON gives them."""
    projects = tuple(_project(row) for row in rows["projects"])
    if command.subject == "unit":
        subjects = [SubjectRecord(row["code"], row["code"], row["official_order"]) for row in rows["units"]]
    else:
        people = {each.claimant for each in projects if each.claimed_as in _PEOPLE and each.claimed_on.year <= command.year}
        subjects = [SubjectRecord(person, command.unit or "", 0) for person in sorted(people)]
    return Records(
        subjects=tuple(subjects),
        projects=projects,
        ratings=tuple(
            RatingRecord(row["unit"], _id(row["project_id"]), row["good"], date.fromisoformat(row["rated_on"]), row["position"])
            for row in rows["ratings"]
        ),
        letters=tuple(
            LetterRecord(
                unit=row["unit"],
                reply_by=date.fromisoformat(row["reply_by"]),
                issued_at=row["issued_at"],
                replied_on=_day(row["replied_on"]),
                replied_at=row["replied_at"],
                overdue_at=row["overdue_at"],
            )
            for row in rows["letters"]
        ),
        answers=tuple(
            AnswerRecord(
                row["unit"],
                _id(row["project_id"]),
                Tally(part=row["aware"], whole=row["asked"]),
                date.fromisoformat(row["answered_on"]),
                row["position"],
            )
            for row in rows["answers"]
        ),
        seen_to=tuple(sorted(rows["seen_to"].items())),
    )


def _project(row: Mapping[str, Any]) -> ProjectRecord:
    return ProjectRecord(
        project_id=UUID(row["project_id"]),
        unit=row["unit"],
        claimant=row["claimant"],
        claimed_as=row["claimed_as"],
        claimed_on=date.fromisoformat(row["claimed_on"]),
        claimed_at=row["claimed_at"],
        promised_by=_day(row["promised_by"]),
        promised_at=row["promised_at"],
        suspended=row["suspended"],
        gone=row["gone"],
        declarations=tuple((number, date.fromisoformat(on), at) for number, on, at in row["declarations"] or ()),
        signed_off=row["signed_off"],
        signed_off_on=_day(row["signed_off_on"]),
        signed_off_at=row["signed_off_at"],
        verdicts=tuple((number, found, date.fromisoformat(on), at) for number, found, on, at in row["verdicts"] or ()),
    )


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)


async def _registered(facts: Facts, unit: str) -> None:
    if await facts.lately("units", KNOWN_UNIT, unit, read=lambda row: row, seconds=_SHORTLY_SECONDS) is None:
        raise Rejected("unit_not_registered", pointer="/unit", unit=unit)


async def _in_force(facts: Facts, *, seconds: float = _SHORTLY_SECONDS) -> Profile | None:
    day = business_day(facts.asked.at)
    return await facts.lately("county_profile", CURRENT_PROFILE, day, read=lambda row: Profile.recorded(row["profile"]), seconds=seconds)


def _verification(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a verification
    return f"verification-{command.project_id}"


survey = CommandHandler(SURVEY, stream=lambda command, _county: f"survey-{command.survey_id}")
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
    OpenSurvey: CommandHandler(SURVEY, stream=survey.stream, prepare=of_a_known_unit, opens=True),
    IssueSurveyCodes: survey,
    AnswerSurvey: CommandHandler(
        ANSWER, stream=lambda command, _county: f"answer-{pseudonym(command.survey_id, command.respondent)}", prepare=as_asked
    ),
    CloseSurvey: survey,
    ScoreUnit: CommandHandler(
        UNIT_SCORE, stream=lambda command, county: f"unitscore-{unit_score_id(command, county)}", prepare=on_the_county_s_sheet
    ),
    AssessYear: CommandHandler(
        ANNUAL, stream=lambda command, county: f"assessment-{assessment_id(command, county)}", prepare=from_what_happened
    ),
}
TIMED: Sequence[type[Command]] = ()
