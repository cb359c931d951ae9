"""What handlers look up before a rule decides: facts of this service's read models and of its other streams."""

from typing import Any, TypeVar
from uuid import UUID

from services.supervision.commands.hearings import (
    CompileFigures,
    HoldActivity,
    TurnPeriod,
)
from services.supervision.commands.notices import (
    IssueNotice,
    NumberNotice,
)
from services.supervision.commands.rounds import (
    CloseRound,
    EndFinding,
    LeaveFinding,
    OpenRound,
    RecordFinding,
)
from services.supervision.commands.watches import (
    ListSubject,
    NameListingOwner,
    ReopenWatch,
    StartWatch,
    UnderTheLadder,
    is_an_id,
)
from services.supervision.decider import FIGURES, HEARING, NOTICE, ROUND, WATCH
from services.supervision.queries.hearings import COUNTED
from services.supervision.queries.notices import CURRENT_PROFILE, KNOWN_PROJECT, KNOWN_UNIT
from services.supervision.queries.rounds import ENDED_FINDINGS
from services.supervision.queries.rounds import FINDING as KNOWN_FINDING
from shared.contracts.inspections import Figure
from shared.contracts.profile import NoticeRule, Profile
from shared.contracts.values import NoticeKind
from shared.kernel.commands import Facts
from shared.kernel.errors import Rejected
from shared.kernel.workdays import Period, business_day, due

C = TypeVar("C", TurnPeriod, HoldActivity)
_WAIT_SECONDS = 0.5
_FOLLOWING_SECONDS = 5.0
"""How long what came earlier in the lane a policy follows may take to appear; the policy tries again after that."""


async def _profile(facts: Facts, *, seconds: float = _WAIT_SECONDS) -> Profile | None:
    day = business_day(facts.asked.at)
    return await facts.lately("county_profile", CURRENT_PROFILE, day, read=lambda row: Profile.recorded(row["profile"]), seconds=seconds)


async def _unit_name(facts: Facts, unit: str, pointer: str) -> str | None:
    row = await facts.lately("known_units", KNOWN_UNIT, unit, read=lambda row: row, seconds=_WAIT_SECONDS)
    if row is None:
        raise Rejected("unit_not_registered", pointer=pointer, unit=unit)
    return None if row["name"] is None else str(row["name"])


async def _must_know_project(facts: Facts, project_id: UUID, pointer: str) -> None:
    if await facts.find(KNOWN_PROJECT, project_id, seconds=_WAIT_SECONDS) is None:
        raise Rejected("project_not_known", pointer=pointer, project=project_id)


async def by_the_county_s_rules(facts: Facts, command: IssueNotice) -> IssueNotice:
    """Look up addressees, projects and what the notice follows from, and the county's days where the command gives none."""
    names = {unit: await _unit_name(facts, unit, "/addressees") for unit in command.addressees}
    for project_id in command.project_ids:
        await _must_know_project(facts, project_id, "/project_ids")
    for finding_id in command.finding_ids:
        if await facts.find(KNOWN_FINDING, finding_id, seconds=_WAIT_SECONDS) is None:
            raise Rejected("finding_not_known", pointer="/finding_ids", finding=finding_id)
    if command.watch_id is not None and (await facts.state(WATCH, f"watch-{command.watch_id}"))[0].subject is None:
        raise Rejected("watch_not_known", pointer="/watch_id")
    if command.figures_id is not None and not (await facts.state(FIGURES, f"figures-{command.figures_id}"))[0]:
        raise Rejected("figures_not_known", pointer="/figures_id")
    profile = await _profile(facts)
    if profile is None:
        raise Rejected("profile_not_adopted")
    rule = _rule(profile, command.kind)
    return command.model_copy(
        update={
            "acknowledge_within": command.acknowledge_within or _period(rule.acknowledge),
            "reply_within": command.reply_within or _period(rule.reply),
            "names": {unit: name for unit, name in names.items() if name is not None},
        }
    )


async def under_the_sender_s_code(facts: Facts, command: NumberNotice) -> NumberNotice:
    """Look up the sender's code of the kind, or the county's."""
    profile = await _profile(facts, seconds=_FOLLOWING_SECONDS)
    if profile is None:  # there was one when the notice was issued: the policy tries again
        raise TimeoutError("the county's profile has not arrived")
    return command.model_copy(update={"sender_code": _rule(profile, command.kind).sender_code or profile.supervision.sender_code})


async def under_the_ladder(facts: Facts, command: UnderTheLadder) -> UnderTheLadder:
    """Look up the ladder in force, the subject's unit, and the days that its kind of deadline has in this county."""
    profile = await _profile(facts)
    rungs = () if profile is None else next((at.rungs for at in profile.supervision.ladders if at.subject == command.subject), ())
    if profile is None or not rungs:
        return command
    found: dict[str, object] = {"rungs": rungs, "profile_version": profile.version}
    match command.subject:
        case "unowned-need":
            if isinstance(command, StartWatch) and command.due_on is None:
                found["due_on"] = due(command.on, Period(**profile.needs.owner_within.model_dump())).due_on
        case "unclaimed-project" | "overdue-project":
            project = await facts.find(KNOWN_PROJECT, UUID(command.subject_id), seconds=_FOLLOWING_SECONDS)
            if project is None:  # it was proposed before this fact in their lane: it is on its way, and the policy tries again
                raise TimeoutError("the project has not arrived")
            found["unit"] = project["unit"]
            if isinstance(command, ReopenWatch):
                found["redo_by"] = due(command.on, Period(**profile.closing.redo_within.model_dump())).due_on
        case "overdue-notice":
            notice_id = command.subject_id.partition(":")[0]
            if (await facts.state(NOTICE, f"notice-{notice_id}"))[0].watch_id is not None:
                return command  # a letter of a ladder: its subject climbs already
    return command.model_copy(update=found)


async def of_a_known_subject(facts: Facts, command: ListSubject) -> ListSubject:
    """Look up the owner, and the subject where this service knows it (needs are intake's)."""
    await _unit_name(facts, command.owner, "/owner")
    if command.subject == "unit":
        await _unit_name(facts, command.subject_id, "/subject_id")
    elif is_an_id(command.subject_id) and command.subject == "project":
        await _must_know_project(facts, UUID(command.subject_id), "/subject_id")
    elif command.subject == "notice" and (await facts.state(NOTICE, f"notice-{command.subject_id}"))[0].kind is None:
        raise Rejected("subject_not_known", pointer="/subject_id")
    return command


async def with_a_registered_owner(facts: Facts, command: NameListingOwner) -> NameListingOwner:
    """Look the owner up."""
    await _unit_name(facts, command.owner, "/owner")
    return command


async def to_registered_units(facts: Facts, command: OpenRound) -> OpenRound:
    """Look the units up."""
    for unit in command.units:
        await _unit_name(facts, unit, "/units")
    return command


async def with_a_registered_unit(facts: Facts, command: Any) -> Any:  # noqa: ANN401 - any command with a unit
    """Look the unit up."""
    await _unit_name(facts, command.unit, "/unit")
    return command


async def about_a_known_project(facts: Facts, command: RecordFinding) -> RecordFinding:
    """Look the project up, where one is named."""
    if command.project_id is not None:
        await _must_know_project(facts, command.project_id, "/project_id")
    return command


async def with_the_ends_of_findings(facts: Facts, command: CloseRound) -> CloseRound:
    """Look up which findings have their end: an end is for good, so that one not seen yet can only be asked about once more."""
    row = await facts.find(ENDED_FINDINGS, command.round_id)
    return command.model_copy(update={"ended": tuple(row["ended"]) if row is not None else ()})


async def of_its_round(facts: Facts, command: LeaveFinding) -> LeaveFinding:
    """Look up where a finding was made."""
    row = await facts.find(KNOWN_FINDING, command.finding_id, seconds=_WAIT_SECONDS)
    return command if row is None else command.model_copy(update={"round_id": row["round_id"], "unit": row["unit"]})


async def of_its_round_by_policy(facts: Facts, command: EndFinding) -> EndFinding:
    """Look up where a finding was made."""
    row = await facts.find(KNOWN_FINDING, command.finding_id, seconds=_WAIT_SECONDS)
    return command if row is None else command.model_copy(update={"round_id": row["round_id"]})


async def by_the_cadence(facts: Facts, command: C) -> C:
    """Look up whether the county still asks for it."""
    profile = await _profile(facts)
    asked = () if profile is None else profile.supervision.cadence
    return command.model_copy(update={"still": any((at.activity, at.every) == (command.activity, command.every) for at in asked)})


async def on_the_day_of_what_is_named(facts: Facts, command: HoldActivity) -> HoldActivity:
    """Look up the hearing, round or notice that is named and when it was, and whether the county still asks for such."""
    held_on = None
    match command.activity:
        case "dispatch-meeting":
            held_on = (await facts.state(HEARING, f"hearing-{command.reference_id}"))[0].held_on
        case "inspection":
            visits = (await facts.state(ROUND, f"round-{command.reference_id}"))[0].visits
            held_on = max((day for _, day in visits), default=None)
        case "work-prompt" | "bulletin":
            notice = (await facts.state(NOTICE, f"notice-{command.reference_id}"))[0]
            kinds: dict[str, tuple[NoticeKind, ...]] = {"work-prompt": ("work-prompt",), "bulletin": ("bulletin", "special-bulletin")}
            held_on = notice.issued_on if notice.kind in kinds[command.activity] else None
    return await by_the_cadence(facts, command.model_copy(update={"held_on": held_on}))


async def counted(facts: Facts, command: CompileFigures) -> CompileFigures:
    """Count, and take down where every read model stood, in one statement."""
    row = await facts.search(COUNTED, command.first_on, command.last_on)
    figures = () if row is None else tuple(Figure(**figure) for figure in row["figures"])
    return command.model_copy(update={"figures": figures, "positions": {} if row is None else row["positions"]})


def _rule(profile: Profile, kind: NoticeKind) -> NoticeRule:
    return next((rule for rule in profile.notices if rule.kind == kind), NoticeRule(kind=kind))


def _period(given: Any) -> Period | None:  # noqa: ANN401 - the contract's period or None
    return None if given is None else Period(days=given.days, unit=given.unit)
