"""The register as it is read: the county's rules, organisations, members and what they hold, leaders and their contact points."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared.contracts.projects import (
    ClaimGivenBack,
    ClaimTransferred,
    ContactPointReleased,
    ContactPointTied,
    CountyProfileAdopted,
    ExemptionProposed,
    ExemptionRefused,
    LeaderRegistered,
    MemberExempted,
    MemberMoved,
    MemberRegistered,
    OrganisationDissolved,
    OrganisationRegistered,
    OrganisationRenamed,
    OrganisationReordered,
    ProjectClaimed,
    ProjectMerged,
    ProjectWithdrawn,
    SpotCheckFailed,
    TeamJoined,
    TeamLeft,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class ProfileRow:
    """A version of the county's own rules."""

    version_code: str
    position: int | None = None
    effective_from: date | None = None
    adopted_at: datetime | None = None
    profile: dict[str, Any] | None = None


COUNTY_PROFILE = Projection("county_profile", row=ProfileRow, key="version_code")


@COUNTY_PROFILE.on(CountyProfileAdopted, keys=lambda event: [(event.profile.version,)])
def _adopted(row: ProfileRow, event: CountyProfileAdopted, meta: Meta) -> None:
    row.position, row.adopted_at = meta.position, meta.recorded_at
    row.effective_from = event.profile.effective_from
    row.profile = event.profile.model_dump(mode="json")


@dataclass(slots=True)
class OrganisationRow:
    """An organisation of the register; `former_names` each with the day its successor began."""

    code: str
    position: int | None = None
    version: int = 0
    name: str | None = None
    kind: str | None = None
    parent: str | None = None
    official_order: int = 0
    valid_from: date | None = None
    valid_to: date | None = None
    name_from: date | None = None
    former_names: list[dict[str, Any]] | None = None


ORGANISATIONS = Projection("organisations", row=OrganisationRow, key="code")


@ORGANISATIONS.on(OrganisationRegistered)
def _registered(row: OrganisationRow, event: OrganisationRegistered, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.name, row.kind, row.parent, row.official_order = event.name, event.kind, event.parent, event.order
    row.valid_from = row.name_from = event.valid_from
    row.former_names = []


@ORGANISATIONS.on(OrganisationRenamed)
def _renamed(row: OrganisationRow, event: OrganisationRenamed, meta: Meta) -> None:
    since = None if row.name_from is None else row.name_from.isoformat()
    former = {"name": row.name, "from": since, "until": event.valid_from.isoformat()}
    row.version, row.former_names = meta.version, [*(row.former_names or []), former]
    row.name, row.name_from = event.name, event.valid_from


@ORGANISATIONS.on(OrganisationReordered)
def _reordered(row: OrganisationRow, event: OrganisationReordered, meta: Meta) -> None:
    row.version, row.official_order = meta.version, event.order


@ORGANISATIONS.on(OrganisationDissolved)
def _dissolved(row: OrganisationRow, event: OrganisationDissolved, meta: Meta) -> None:
    row.version, row.valid_to = meta.version, event.valid_to


@dataclass(slots=True)
class MemberRow:
    """A member of the register and how many projects they hold; the name stays sealed, with what it is bound to."""

    member_id: UUID
    position: int | None = None
    version: int = 0
    unit: str | None = None
    branch: str | None = None
    exemption: str | None = None
    claims: int = 0
    name: dict[str, Any] | None = None
    name_event: UUID | None = None


MEMBERS = Projection("members", row=MemberRow, key="member_id")


@MEMBERS.on(MemberRegistered)
def _member(row: MemberRow, event: MemberRegistered, meta: Meta) -> None:
    row.position, row.version = meta.position, meta.version
    row.unit, row.branch, row.exemption = event.unit, event.branch, event.exemption
    row.name, row.name_event = event.name.model_dump(mode="json"), UUID(meta.event_id)


@MEMBERS.on(MemberExempted)
def _exempted(row: MemberRow, event: MemberExempted, meta: Meta) -> None:
    row.version, row.exemption = meta.version, event.exemption


def _as_before(row: MemberRow, _event: ExemptionProposed | ExemptionRefused, meta: Meta) -> None:
    row.version = meta.version


MEMBERS.on(ExemptionProposed)(_as_before)
MEMBERS.on(ExemptionRefused)(_as_before)


@MEMBERS.on(MemberMoved)
def _moved(row: MemberRow, event: MemberMoved, meta: Meta) -> None:
    row.version, row.unit, row.branch = meta.version, event.unit, event.branch


def _holder(event: ProjectClaimed | ClaimTransferred) -> Iterable[tuple[UUID]]:
    return () if event.member_id is None else ((event.member_id,),)


def _freed(event: ClaimGivenBack | ClaimTransferred | ProjectWithdrawn | ProjectMerged | SpotCheckFailed) -> Iterable[tuple[UUID]]:
    return ((member_id,) for member_id in event.freed)


def _mate(event: TeamJoined | TeamLeft) -> Iterable[tuple[UUID]]:
    return ((event.member_id,),)


def _holds(row: MemberRow, _event: ProjectClaimed | ClaimTransferred | TeamJoined, _meta: Meta) -> None:
    row.claims += 1


MEMBERS.on(ProjectClaimed, keys=_holder)(_holds)
MEMBERS.on(ClaimTransferred, keys=_holder)(_holds)
MEMBERS.on(TeamJoined, keys=_mate)(_holds)


def _holds_no_longer(
    row: MemberRow,
    _event: ClaimGivenBack | ClaimTransferred | ProjectWithdrawn | ProjectMerged | SpotCheckFailed | TeamLeft,
    _meta: Meta,
) -> None:
    row.claims -= 1


MEMBERS.on(ClaimGivenBack, keys=_freed)(_holds_no_longer)
MEMBERS.on(ClaimTransferred, keys=_freed)(_holds_no_longer)
MEMBERS.on(ProjectWithdrawn, keys=_freed)(_holds_no_longer)
MEMBERS.on(ProjectMerged, keys=_freed)(_holds_no_longer)
MEMBERS.on(SpotCheckFailed, keys=_freed)(_holds_no_longer)
MEMBERS.on(TeamLeft, keys=_mate)(_holds_no_longer)


@dataclass(slots=True)
class ExemptionRow:
    """The last exemption a branch proposed for a member; what shows it stays sealed, with what it is bound to.

    It lapses where the member moves, or the unit exempts or ends an exemption at once. Without a position nothing was proposed.
    """

    member_id: UUID
    position: int | None = None
    status: str = "proposed"
    exemption: str | None = None
    evidence: dict[str, Any] | None = None
    evidence_event: UUID | None = None
    unit: str | None = None
    branch: str | None = None
    proposed_by: str | None = None
    decided_by: str | None = None
    reason: str | None = None


EXEMPTIONS = Projection("exemptions", row=ExemptionRow, key="member_id")


@EXEMPTIONS.on(ExemptionProposed)
def _exemption_proposed(row: ExemptionRow, event: ExemptionProposed, meta: Meta) -> None:
    row.position, row.status, row.exemption = meta.position, "proposed", event.exemption
    row.evidence, row.evidence_event = event.evidence.model_dump(mode="json"), UUID(meta.event_id)
    row.unit, row.branch, row.proposed_by = event.unit, event.branch, event.proposed_by
    row.decided_by = row.reason = None


@EXEMPTIONS.on(MemberExempted)
def _exemption_approved(row: ExemptionRow, event: MemberExempted, _meta: Meta) -> None:
    if event.proposed_by is None:
        _lapse(row, event.reason)
    else:
        row.status, row.decided_by, row.reason = "approved", event.approved_by, event.reason


@EXEMPTIONS.on(MemberMoved)
def _proposer_left(row: ExemptionRow, event: MemberMoved, _meta: Meta) -> None:
    _lapse(row, event.reason)


def _lapse(row: ExemptionRow, reason: str) -> None:
    if row.position is not None and row.status == "proposed":
        row.status, row.reason = "lapsed", reason


@EXEMPTIONS.on(ExemptionRefused)
def _exemption_refused(row: ExemptionRow, event: ExemptionRefused, _meta: Meta) -> None:
    row.status, row.decided_by, row.reason = "refused", event.refused_by, event.reason


@dataclass(slots=True)
class LeaderRow:
    """A county leader or a unit's leader; the name stays sealed, with what it is bound to."""

    leader_id: UUID
    position: int | None = None
    account: str | None = None
    post: str | None = None
    unit: str | None = None
    official_order: int = 0
    name: dict[str, Any] | None = None
    name_event: UUID | None = None


LEADERS = Projection("leaders", row=LeaderRow, key="leader_id")


@LEADERS.on(LeaderRegistered)
def _leader(row: LeaderRow, event: LeaderRegistered, meta: Meta) -> None:
    row.position, row.account, row.post, row.unit, row.official_order = meta.position, event.account, event.post, event.unit, event.order
    row.name, row.name_event = event.name.model_dump(mode="json"), UUID(meta.event_id)


@dataclass(slots=True)
class ContactPointRow:
    """A leader's tie to a unit or branch, as it is now or was last; `before` are earlier ones."""

    leader_id: UUID
    organisation: str
    position: int | None = None
    account: str | None = None
    tied_from: date | None = None
    until: date | None = None
    before: list[dict[str, Any]] | None = None


CONTACT_POINTS = Projection("contact_points", row=ContactPointRow, key=("leader_id", "organisation"))


@CONTACT_POINTS.on(ContactPointTied)
def _tied(row: ContactPointRow, event: ContactPointTied, meta: Meta) -> None:
    if row.tied_from is not None and row.until is not None:
        row.before = [*(row.before or []), {"from": row.tied_from.isoformat(), "until": row.until.isoformat()}]
    row.position, row.account, row.tied_from, row.until = meta.position, event.account, event.tied_from, None


@CONTACT_POINTS.on(ContactPointReleased)
def _released(row: ContactPointRow, event: ContactPointReleased, _meta: Meta) -> None:
    row.account, row.until = event.account, event.until
