"""Every page of the portal that can be opened: by whom, and with whose ids in its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOBODY = "nobody"
_DESK, _SCORING = "~/supervision", "~/scoring"


@dataclass(frozen=True, slots=True)
class Place:
    """A page as somebody opens it; `~` stands for the county's own address, names in braces for what `Known` finds."""

    address: str
    role: str = NOBODY
    route: str = ""
    """The route it is an example of, where that is not the address up to its question."""
    moves_on: bool = False
    """Whether it only sends on to another page."""

    @property
    def pattern(self) -> str:
        """Return the route, with the names of its parameters."""
        return (self.route or self.address.partition("?")[0]).replace("~", "/c/{county}", 1)


SEARCHED: Mapping[str, tuple[str, str, str]] = {
    "need_id": ("intake", "/needs", "id"),
    "routed_id": ("intake", "/needs?status=routed", "id"),
    "project_id": ("projects", "/projects?status=signed-off", "id"),
    "claimed_id": ("projects", "/projects?status=claimed", "id"),
    "check_id": ("projects", "/spot-checks", "id"),
    "notice_id": ("supervision", "/notices", "id"),
    "watch_id": ("supervision", "/watches", "id"),
    "round_id": ("supervision", "/rounds", "id"),
    "hearing_id": ("supervision", "/hearings", "id"),
    "figures_id": ("supervision", "/figures/compiled", "id"),
    "verified_id": ("scoring", "/verifications", "id"),
    "score_id": ("scoring", "/unit-scores", "id"),
    "look_back_id": ("scoring", "/look-backs", "id"),
    "survey_id": ("scoring", "/surveys", "id"),
    "assessment_id": ("scoring", "/assessments", "id"),
}
"""By the name in an address: the list an example is taken from, and its field."""

_PUBLIC: Sequence[Place] = (
    Place("~/"),
    Place("~/new"),
    Place("~/track"),
    Place("~/track?code={code}", route="~/track"),
    Place("~/track/{code}/proof"),
    Place("~/wall"),
    Place("~/wall?after_item={middle}", route="~/wall"),
    Place("~/wall?unit={unit}", route="~/wall"),
    Place("~/wall?level={level}&status=signed-off", route="~/wall"),
    Place("~/projects/{project_id}"),
    Place("~/open"),
    Place("~/open/{service}"),
    Place("~/open/{service}/events"),
    Place("~/open/{service}/{name}.json"),
    Place("~/privacy"),
    Place("~/help"),
    Place("~/accessibility"),
    Place("~/subscribe"),
    Place("~/screen/enter"),
    Place("/", route="/", moves_on=True),
    Place("/accessibility", route="/accessibility", moves_on=True),
)
_CLAIMING: Sequence[Place] = (
    Place("~/hall", "member"),
    Place("~/hall?unit=", "member", "~/hall"),
    Place("~/hall?unit=", "leader", "~/hall"),
    Place("~/hall", "branch"),
    Place("~/mine", "member"),
    Place("~/mine", "unit"),
    Place("~/mine", "branch"),
    Place("~/mine", "leader"),
    Place("~/projects/{claimed_id}", "member", "~/projects/{project_id}"),
)
_OFFICE: Sequence[Place] = (
    Place("~/triage", "office"),
    Place("~/triage?standing=accepted", "office", "~/triage"),
    Place("~/triage?standing=routed", "office", "~/triage"),
    Place("~/triage?standing=closed", "office", "~/triage"),
    Place("~/triage?standing=closed&after_item={middle}", "office", "~/triage"),
    Place("~/triage?standing=closed&town={town}", "office", "~/triage"),
    Place("~/needs/{need_id}", "office"),
    Place("~/needs/{routed_id}", "unit", "~/needs/{need_id}"),
    Place("~/review", "office"),
    Place("~/review", "unit"),
    Place("~/review", "branch"),
    Place("~/review/{project_id}", "office"),
    Place("~/review/checks/{check_id}", "office"),
    Place("~/branch", "branch"),
    Place("~/branch", "unit"),
    Place("~/calendars", "unit"),
)
_SUPERVISION: Sequence[Place] = (
    Place(_DESK, "office"),
    Place(_DESK, "leader"),
    Place(_DESK, "unit"),
    Place(f"{_DESK}/unowned", "office"),
    Place(f"{_DESK}/notices", "office"),
    Place(f"{_DESK}/notices/new", "office"),
    Place(f"{_DESK}/notices/{{notice_id}}", "office", f"{_DESK}/notices/{{notice_id:uuid}}"),
    Place(f"{_DESK}/notices/{{notice_id}}/letter", "office", f"{_DESK}/notices/{{notice_id:uuid}}/letter"),
    Place(f"{_DESK}/watches", "office"),
    Place(f"{_DESK}/watches/{{watch_id}}", "office", f"{_DESK}/watches/{{watch_id:uuid}}"),
    Place(f"{_DESK}/listings", "leader"),
    Place(f"{_DESK}/rounds", "inspector"),
    Place(f"{_DESK}/rounds/new", "office"),
    Place(f"{_DESK}/rounds/{{round_id}}", "inspector", f"{_DESK}/rounds/{{round_id:uuid}}"),
    Place(f"{_DESK}/hearings", "office"),
    Place(f"{_DESK}/hearings/{{hearing_id}}", "office", f"{_DESK}/hearings/{{hearing_id:uuid}}"),
    Place(f"{_DESK}/tasks", "office"),
    Place(f"{_DESK}/visits", "leader"),
    Place(f"{_DESK}/figures", "office"),
    Place(f"{_DESK}/figures/{{figures_id}}", "office", f"{_DESK}/figures/{{figures_id:uuid}}"),
)
_VERDICTS: Sequence[Place] = (
    Place(_SCORING, "office"),
    Place(_SCORING, "unit"),
    Place(_SCORING, "branch"),
    Place(f"{_SCORING}/verifications/{{verified_id}}", "office", f"{_SCORING}/verifications/{{project_id:uuid}}"),
    Place(f"{_SCORING}/units", "office"),
    Place(f"{_SCORING}/units/{{score_id}}", "office", f"{_SCORING}/units/{{score_id:uuid}}"),
    Place(f"{_SCORING}/look-backs", "office"),
    Place(f"{_SCORING}/look-backs/{{look_back_id}}", "office", f"{_SCORING}/look-backs/{{look_back_id:uuid}}"),
    Place(f"{_SCORING}/surveys", "office"),
    Place(f"{_SCORING}/surveys/new", "office"),
    Place(f"{_SCORING}/surveys/{{survey_id}}", "office", f"{_SCORING}/surveys/{{survey_id:uuid}}"),
    Place("~/surveys", "clerk"),
    Place("~/surveys/{survey_id}", "clerk", "~/surveys/{survey_id:uuid}"),
    Place(f"{_SCORING}/annual", "office"),
    Place(f"{_SCORING}/annual/{{assessment_id}}", "office", f"{_SCORING}/annual/{{assessment_id:uuid}}"),
    Place(f"{_SCORING}/signs", "office"),
)
_WATCHING: Sequence[Place] = (
    Place("~/figures", "leader"),
    Place("~/figures?unit={unit}", "leader", "~/figures"),
    Place("~/figures?town={town}", "leader", "~/figures"),
    Place("~/figures?level={level}", "leader", "~/figures"),
    Place("~/screen", "leader"),
    *(
        Place(f"~/screen/parts/{name}", "leader", "~/screen/parts/{name}")
        for name in ("tiles", "funnel", "towns", "burndown", "ranking", "flow", "ticker")
    ),
    Place("~/screen/kiosks", "office"),
    Place("~/audit", "auditor"),
    Place("~/audit?id={need_id}", "auditor", "~/audit"),
    Place("~/audit?id={project_id}", "auditor", "~/audit"),
    Place("~/audit/events/intake/{middle}", "auditor", "~/audit/events/{source}/{position}"),
    Place("~/audit/events/intake/{middle}", "office", "~/audit/events/{source}/{position}"),
    Place("~/audit/events/intake/{middle}/raw", "auditor", "~/audit/events/{source}/{position}/raw"),
    Place("~/audit/events/intake/{middle}/proof", "auditor", "~/audit/events/{source}/{position}/proof"),
    Place("~/audit/past", "auditor"),
    Place("~/operators", "operator"),
    Place("~/operators", "auditor"),
)
_PROGRAMS: Sequence[Place] = (
    Place("~/feeds/town/{town}.atom", route="~/feeds/town/{code}"),
    Place("~/feeds/town/{town}.xml", route="~/feeds/town/{code}"),
    Place("~/feeds/project/{project_id}.atom", route="~/feeds/project/{id}"),
    Place("~/feeds/need/{code}.atom", route="~/feeds/need/{code}"),
    Place("~/calendar/{unit}.ics", "unit"),
    Place("/open/{county}/index.json", route="/open/{county}/index.json"),
    Place("/open311/v2/services.json?jurisdiction_id={county}", route="/open311/v2/services"),
    Place("/open311/v2/requests.json?jurisdiction_id={county}", route="/open311/v2/requests"),
    Place("/open311/v2/requests.json?jurisdiction_id={county}&status=closed", route="/open311/v2/requests"),
    Place("/open311/v2/requests/{need_id}.json?jurisdiction_id={county}", route="/open311/v2/requests/{id}"),
    Place("/v1/{county}/snapshot", route="/v1/{county}/snapshot"),
)
PLACES: Sequence[Place] = (*_PUBLIC, *_CLAIMING, *_OFFICE, *_SUPERVISION, *_VERDICTS, *_WATCHING, *_PROGRAMS)

FILES: Sequence[Place] = (
    Place("/open/{county}/needs-{needs_month}.csv", route="/open/{county}/{file}"),
    Place("/open/{county}/projects-{projects_month}.json", route="/open/{county}/{file}"),
    Place("/open/{county}/pledges-{pledges_month}.csv", route="/open/{county}/{file}"),
)
"""A month's rows as a file: as long as they are many, so they are told beside the pages and not among them."""

FOLDED: Sequence[Place] = (
    Place("~/audit/past?list=projects&id={project_id}&as_of_position={early}", "auditor", "~/audit/past"),
    Place("~/audit/past?list=needs&as_of_position={early}", "auditor", "~/audit/past"),
)
"""What a service folds out of its lane when it is asked for, as of a moment nobody has asked for; told beside the pages as well."""

UNOPENED: Mapping[str, str] = {
    "/c/{county}/needs/{need_id}/join": "a form's answer: the receipt, weighed as one",
    "/c/{county}/receipt/{of}": "that receipt, where it was still being made",
    "/c/{county}/held/{secret}": "a picture somebody has just chosen",
    "/c/{county}/track/{code}/photos/{photo_id}": "a picture; campaigns show none",
    "/c/{county}/needs/{need_id}/photos/{photo_id}": "a picture; campaigns show none",
    "/c/{county}/projects/{project_id}/evidence/{evidence_id}": "a picture; campaigns show none",
    "/c/{county}/again": "a form kept when its session had ended",
    "/c/{county}/subscriptions/{token}": "behind a mail's secret",
}
"""Routes that are no pages one opens, with the reason."""
