"""What follows in supervision from facts, other services' and its own: watches, numbers, ends of findings, what was regular."""

from collections.abc import Sequence
from typing import Any, assert_never
from uuid import UUID

from services.supervision.commands.hearings import BeginCadence, HoldActivity
from services.supervision.commands.notices import NumberNotice
from services.supervision.commands.rounds import EndFinding
from services.supervision.commands.watches import (
    EndWatch,
    ListEscalated,
    MoveWatchDeadline,
    PauseWatch,
    ReopenWatch,
    ResumeWatch,
    StartWatch,
)
from shared.contracts.inspections import Every, HearingHeld, UnitInspected
from shared.contracts.intake import (
    NeedAnswered,
    NeedDeclined,
    NeedMerged,
    NeedReopened,
    NeedRouted,
    NeedSubmitted,
    NeedUnmerged,
    WishClaimed,
    WishGivenBack,
)
from shared.contracts.ladders import ListedSubject, SubjectEscalated
from shared.contracts.profile import Activity, LadderSubject
from shared.contracts.projects import (
    ClaimGivenBack,
    CompletionDeclared,
    CountyProfileAdopted,
    ExtensionApproved,
    PlanRevised,
    PledgeAmended,
    PledgePublished,
    ProjectApproved,
    ProjectClaimed,
    ProjectMerged,
    ProjectReopened,
    ProjectResumed,
    ProjectSuspended,
    ProjectWithdrawn,
    SpotCheckFailed,
)
from shared.contracts.supervision import NoticeIssued, NoticeOverdue, ReplyExtensionGranted, ResponseAccepted, ResponseSentBack
from shared.contracts.values import NoticeKind
from shared.kernel.envelope import Meta
from shared.kernel.rules import Command, Policy
from shared.kernel.workdays import business_day

NeedFact = NeedSubmitted | NeedRouted | NeedMerged | NeedUnmerged | NeedDeclined | NeedAnswered | NeedReopened | WishClaimed | WishGivenBack
ProjectFact = (
    ProjectApproved
    | ProjectClaimed
    | ClaimGivenBack
    | ProjectWithdrawn
    | ProjectMerged
    | SpotCheckFailed
    | PledgePublished
    | PledgeAmended
    | ExtensionApproved
    | ProjectSuspended
    | ProjectResumed
    | CompletionDeclared
    | ProjectReopened
)
NoticeFact = NoticeOverdue | ResponseSentBack | ReplyExtensionGranted | ResponseAccepted
EVERY: tuple[Every, ...] = ("week", "month")
HELD_BY_NOTICE: dict[NoticeKind, Activity] = {"work-prompt": "work-prompt", "bulletin": "bulletin", "special-bulletin": "bulletin"}
LISTED: dict[LadderSubject, ListedSubject] = {
    "unowned-need": "need",
    "unclaimed-project": "project",
    "overdue-project": "project",
    "overdue-notice": "notice",
}


def keep_watch_of_need(event: NeedFact, meta: Meta) -> Sequence[Command]:
    """A need climbs until somebody owns it: a handling unit, a member who claimed the wish, the need it was merged into, or an answer.

    What comes back with a day to be owned by climbs from that day; without one it is owned, or was found unowned before.
    """
    at = _at("unowned-need", str(event.need_id), meta)
    match event:
        case NeedSubmitted():
            return [StartWatch(**at)]
        case NeedUnmerged() | NeedReopened() | WishGivenBack():
            return [] if event.owner_by is None else [StartWatch(**at, due_on=event.owner_by)]
        case NeedRouted() | NeedMerged() | NeedDeclined() | NeedAnswered() | WishClaimed():
            return [EndWatch(**at)]
        case _:
            assert_never(event)


def keep_watch_of_project(event: ProjectFact, meta: Meta) -> Sequence[Command]:  # noqa: C901 - one case a fact
    """A project climbs while nobody takes it, and once a promised day has passed; only facts that say so move its clock."""
    taking = _at("unclaimed-project", str(event.project_id), meta)
    doing = _at("overdue-project", str(event.project_id), meta)
    found: Sequence[Command]
    match event:
        case ProjectApproved():
            found = [StartWatch(**taking)]
        case ProjectClaimed():
            found = [EndWatch(**taking)]
        case ClaimGivenBack():
            found = [EndWatch(**doing), StartWatch(**taking)]
        case ProjectWithdrawn() | ProjectMerged() | SpotCheckFailed():
            found = [EndWatch(**taking), EndWatch(**doing)]
        case PledgePublished():
            found = [StartWatch(**doing, due_on=event.complete_by)]
        case PledgeAmended() | ExtensionApproved():
            found = [MoveWatchDeadline(**doing, due_on=event.complete_by)]
        case ProjectSuspended():
            found = [PauseWatch(**taking), PauseWatch(**doing)]
        case ProjectResumed():
            resumed = [] if event.complete_by is None else [ResumeWatch(**doing, due_on=event.complete_by)]
            found = [ResumeWatch(**taking, due_on=taking["on"]), *resumed]
        case CompletionDeclared():
            found = [EndWatch(**doing)]
        case ProjectReopened():
            found = [ReopenWatch(**doing)]
        case _:
            assert_never(event)
    return found


def keep_watch_of_notice(event: NoticeFact, meta: Meta) -> Sequence[Command]:
    """A letter not answered in time climbs, each addressee by itself, until the answer is enough."""
    match event:
        case NoticeOverdue():
            return [StartWatch(**_addressed(event.notice_id, unit, meta), unit=unit, due_on=event.due_on) for unit in event.units]
        case ResponseSentBack() | ReplyExtensionGranted():
            return [MoveWatchDeadline(**_addressed(event.notice_id, event.unit, meta), due_on=event.reply_by)]
        case ResponseAccepted():
            return [EndWatch(**_addressed(event.notice_id, event.unit, meta))]
        case _:
            assert_never(event)


def follow_up_notice(event: NoticeIssued, _meta: Meta) -> Sequence[Command]:
    """An issued notice gets its number, ends the findings it is about, and counts as what was due that week or month."""
    activities = [HELD_BY_NOTICE[event.kind]] if event.kind in HELD_BY_NOTICE else []
    return [
        NumberNotice(notice_id=event.notice_id, kind=event.kind, year=event.issued_on.year),
        *(EndFinding(finding_id=finding_id, ending="notice", notice_id=event.notice_id) for finding_id in event.finding_ids),
        *(HoldActivity(activity=activity, every=every, reference_id=event.notice_id) for activity in activities for every in EVERY),
    ]


def hold_activity(event: HearingHeld | UnitInspected, _meta: Meta) -> Sequence[Command]:
    """A hearing is the dispatch meeting (调度) of its week or month; a round in which a unit was visited is the inspection (督查)."""
    activity: Activity = "dispatch-meeting" if isinstance(event, HearingHeld) else "inspection"
    reference_id = event.hearing_id if isinstance(event, HearingHeld) else event.round_id
    return [HoldActivity(activity=activity, every=every, reference_id=reference_id) for every in EVERY]


def end_finding(event: PlanRevised, _meta: Meta) -> Sequence[Command]:
    """A plan revised because of a finding ends it."""
    if event.finding_id is None:
        return []
    return [EndFinding(finding_id=event.finding_id, ending="plan-revised", project_id=event.project_id)]


def list_escalated(event: SubjectEscalated, _meta: Meta) -> Sequence[Command]:
    """What climbed to listed supervision is listed."""
    if event.step != "listed-supervision":
        return []
    subject_id = event.subject_id.partition(":")[0]
    return [ListEscalated(subject=LISTED[event.subject], subject_id=subject_id, owner=event.unit, watch_id=event.watch_id)]


def begin_cadence(event: CountyProfileAdopted, meta: Meta) -> Sequence[Command]:
    """What a county's rules ask for regularly is due from the day they are in force."""
    since = max(business_day(meta.recorded_at), event.profile.effective_from)
    return [BeginCadence(activity=due.activity, every=due.every, since=since) for due in event.profile.supervision.cadence]


def _at(subject: LadderSubject, subject_id: str, meta: Meta) -> dict[str, Any]:
    return {"subject": subject, "subject_id": subject_id, "because": meta.type, "on": business_day(meta.recorded_at)}


def _addressed(notice_id: UUID, unit: str, meta: Meta) -> dict[str, Any]:
    return _at("overdue-notice", f"{notice_id}:{unit}", meta)


WATCH_NEED = Policy(
    "keep_watch_when_need_submitted",
    on=NeedSubmitted,
    do=keep_watch_of_need,
    also=(NeedRouted, NeedMerged, NeedUnmerged, NeedDeclined, NeedAnswered, NeedReopened, WishClaimed, WishGivenBack),
)
WATCH_PROJECT = Policy(
    "keep_watch_when_project_approved",
    on=ProjectApproved,
    do=keep_watch_of_project,
    also=(
        ProjectClaimed,
        ClaimGivenBack,
        ProjectWithdrawn,
        ProjectMerged,
        SpotCheckFailed,
        PledgePublished,
        PledgeAmended,
        ExtensionApproved,
        ProjectSuspended,
        ProjectResumed,
        CompletionDeclared,
        ProjectReopened,
    ),
)
WATCH_NOTICE = Policy(
    "keep_watch_when_notice_overdue",
    on=NoticeOverdue,
    do=keep_watch_of_notice,
    also=(ResponseSentBack, ReplyExtensionGranted, ResponseAccepted),
)
FOLLOW_UP_NOTICE = Policy("follow_up_when_notice_issued", on=NoticeIssued, do=follow_up_notice)
HOLD_ACTIVITY = Policy("hold_activity_when_hearing_held", on=HearingHeld, do=hold_activity, also=(UnitInspected,))
END_FINDING = Policy("end_finding_when_plan_revised", on=PlanRevised, do=end_finding)
LIST_ESCALATED = Policy("list_when_subject_escalated", on=SubjectEscalated, do=list_escalated)
BEGIN_CADENCE = Policy("begin_cadence_when_county_profile_adopted", on=CountyProfileAdopted, do=begin_cadence)
