"""Which decider takes which command, on which stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.supervision.commands.hearings import (
    AssignTask,
    BeginCadence,
    CompileFigures,
    CompleteTask,
    HearReport,
    HoldActivity,
    HoldHearing,
    MarkTaskOverdue,
    RecordVisit,
    TurnPeriod,
)
from services.supervision.commands.notices import (
    AcceptResponse,
    AcknowledgeNotice,
    CloseNotice,
    IssueNotice,
    JudgeReplyExtension,
    MarkOverdue,
    NumberNotice,
    RequestReplyExtension,
    RespondToNotice,
    SendResponseBack,
)
from services.supervision.commands.rounds import (
    CloseRound,
    EndFinding,
    InspectUnit,
    LeaveFinding,
    OpenRound,
    RecordFinding,
    ReturnConclusion,
)
from services.supervision.commands.watches import (
    ClimbRung,
    DelistSubject,
    EndWatch,
    EscalateSubject,
    ListEscalated,
    ListSubject,
    MoveWatchDeadline,
    NameListingOwner,
    PauseWatch,
    ReopenWatch,
    ResumeWatch,
    StartWatch,
    listing_of,
    watch_of,
)
from services.supervision.decider import CADENCE, FIGURES, FINDING, HEARING, LISTING, NOTICE, REGISTER, ROUND, VISIT, WATCH
from services.supervision.handlers.lookups import (
    about_a_known_project,
    by_the_cadence,
    by_the_county_s_rules,
    counted,
    of_a_known_subject,
    of_its_round,
    of_its_round_by_policy,
    on_the_day_of_what_is_named,
    to_registered_units,
    under_the_ladder,
    under_the_sender_s_code,
    with_a_registered_owner,
    with_a_registered_unit,
    with_the_ends_of_findings,
)
from shared.kernel.commands import CommandHandler
from shared.kernel.derived import derived
from shared.kernel.rules import Command


def _stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a notice
    return f"notice-{command.notice_id}"


def _register_stream(command: NumberNotice, _county: str) -> str:
    return f"register-{command.kind}-{command.year}"


def _subject_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a watch by its subject
    return f"watch-{watch_of(command.subject, command.subject_id)}"


def _watch_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a watch by its id
    return f"watch-{command.watch_id}"


def _listed_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a listing by its subject
    return f"listing-{listing_of(command.subject, command.subject_id)}"


def _listing_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a listing by its id
    return f"listing-{command.listing_id}"


def _round_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a round
    return f"round-{command.round_id}"


def _finding_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a finding
    return f"finding-{command.finding_id}"


def _cadence_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on what is regular
    return f"cadence-{derived('cadence', command.activity, command.every)}"


def _hearing_stream(command: Any, _county: str) -> str:  # noqa: ANN401 - any command on a hearing
    return f"hearing-{command.hearing_id}"


notice = CommandHandler(NOTICE, stream=_stream)
counting = CommandHandler(WATCH, stream=_subject_stream, prepare=under_the_ladder)
watching = CommandHandler(WATCH, stream=_subject_stream)
climbing = CommandHandler(WATCH, stream=_watch_stream)
listing = CommandHandler(LISTING, stream=_listing_stream)
inspecting = CommandHandler(ROUND, stream=_round_stream)
hearing = CommandHandler(HEARING, stream=_hearing_stream)

HANDLERS: Mapping[type[Command], CommandHandler[Any]] = {
    IssueNotice: CommandHandler(NOTICE, stream=_stream, prepare=by_the_county_s_rules, opens=True),
    NumberNotice: CommandHandler(REGISTER, stream=_register_stream, prepare=under_the_sender_s_code),
    AcknowledgeNotice: notice,
    RespondToNotice: notice,
    AcceptResponse: notice,
    SendResponseBack: notice,
    RequestReplyExtension: notice,
    JudgeReplyExtension: notice,
    CloseNotice: notice,
    MarkOverdue: notice,
    StartWatch: counting,
    MoveWatchDeadline: counting,
    PauseWatch: watching,
    ResumeWatch: counting,
    ReopenWatch: counting,
    EndWatch: watching,
    ClimbRung: climbing,
    EscalateSubject: climbing,
    ListSubject: CommandHandler(LISTING, stream=_listed_stream, prepare=of_a_known_subject),
    ListEscalated: CommandHandler(LISTING, stream=_listed_stream),
    NameListingOwner: CommandHandler(LISTING, stream=_listing_stream, prepare=with_a_registered_owner),
    DelistSubject: listing,
    OpenRound: CommandHandler(ROUND, stream=_round_stream, prepare=to_registered_units, opens=True),
    InspectUnit: inspecting,
    RecordFinding: CommandHandler(ROUND, stream=_round_stream, prepare=about_a_known_project),
    ReturnConclusion: inspecting,
    CloseRound: CommandHandler(ROUND, stream=_round_stream, prepare=with_the_ends_of_findings),
    LeaveFinding: CommandHandler(FINDING, stream=_finding_stream, prepare=of_its_round),
    EndFinding: CommandHandler(FINDING, stream=_finding_stream, prepare=of_its_round_by_policy),
    BeginCadence: CommandHandler(CADENCE, stream=_cadence_stream),
    TurnPeriod: CommandHandler(CADENCE, stream=_cadence_stream, prepare=by_the_cadence),
    HoldActivity: CommandHandler(CADENCE, stream=_cadence_stream, prepare=on_the_day_of_what_is_named),
    HoldHearing: CommandHandler(HEARING, stream=_hearing_stream, opens=True),
    HearReport: CommandHandler(HEARING, stream=_hearing_stream, prepare=with_a_registered_unit),
    AssignTask: CommandHandler(HEARING, stream=_hearing_stream, prepare=with_a_registered_unit),
    CompleteTask: hearing,
    MarkTaskOverdue: hearing,
    RecordVisit: CommandHandler(VISIT, stream=lambda command, _: f"visit-{command.visit_id}", prepare=with_a_registered_unit, opens=True),
    CompileFigures: CommandHandler(FIGURES, stream=lambda command, _: f"figures-{command.figures_id}", prepare=counted, opens=True),
}
TIMED: Sequence[type[Command]] = (MarkOverdue, ClimbRung, TurnPeriod, MarkTaskOverdue)
