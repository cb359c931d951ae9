"""What of an event whom it is shown to may see: everybody, those who work here, auditors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import orjson

from shared.kernel.actor import Actor

Level = Literal["public", "staff", "auditor"]
LEVELS: tuple[Level, ...] = ("public", "staff", "auditor")
_STAFF = ("clerk", "branch", "unit", "office", "leader", "inspector", "operator")
_ENVELOPE = (
    "specversion",
    "id",
    "type",
    "source",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
    "county",
    "position",
    "streamversion",
    "unit",
)
"""What everybody sees of an envelope: not who acted, nor the commands' ids."""
_NEVER = ("code_digest",)

PUBLIC: Mapping[str, Sequence[str]] = {
    "NeedSubmitted": ("need_id", "kind", "channel", "town"),
    "NeedRouted": ("need_id", "handling_unit"),
    "NeedAnswered": ("need_id", "outcome", "project_id"),
    "NeedRated": ("need_id", "closing", "rating", "good", "handling_unit", "project_id"),
    "NeedReopened": ("need_id", "closing", "project_id"),
    "WishPublished": ("need_id", "title", "town"),
    "WishClaimed": ("need_id", "unit"),
    "WishGivenBack": ("need_id",),
    "WishFulfilled": ("need_id",),
    "WishThanked": ("need_id",),
    "CallPublished": ("call_id", "title", "text", "channels", "opens_on", "closes_on"),
    "CallClosed": ("call_id", "closed_on"),
    "OrganisationRegistered": ("code", "name", "kind", "parent", "order"),
    "OrganisationRenamed": ("code", "name", "valid_from"),
    "ProjectProposed": ("project_id", "title", "level", "unit", "need_ids", "planned_completion", "submission"),
    "ProjectApproved": ("project_id",),
    "ProjectClaimed": ("project_id", "role", "unit", "level", "need_ids"),
    "ClaimGivenBack": ("project_id",),
    "PledgePublished": ("project_id", "promise", "complete_by", "venue"),
    "PledgeAmended": ("project_id", "promise", "complete_by", "reason"),
    "ExtensionApproved": ("project_id", "complete_by", "reason"),
    "ProjectSuspended": ("project_id", "reason"),
    "ProjectResumed": ("project_id", "complete_by"),
    "ProgressReported": ("project_id", "percent"),
    "CompletionDeclared": ("project_id", "round", "title", "level", "unit", "need_ids"),
    "ProjectReopened": ("project_id", "round", "because"),
    "ProjectSignedOff": ("project_id", "round"),
    "ProjectWithdrawn": ("project_id",),
    "ProjectVerified": ("project_id", "round", "level", "unit", "need_ids", "tier"),
}
"""By type, the fields everybody sees; events of other types nobody sees without a login."""


def level_of(actor: Actor) -> Level:
    """Return what somebody may see: auditors the very bytes, those who work here all but what is sealed, others what is public."""
    if actor.has("auditor"):
        return "auditor"
    return "staff" if actor.has(*_STAFF) else "public"


def masked(body: bytes, level: Level) -> bytes | None:
    """Return an event's bytes as a level sees them, on one line; None where it does not see it at all."""
    if level == "auditor":
        return body
    event: dict[str, Any] = orjson.loads(body)
    if level == "staff":
        return orjson.dumps({**event, "data": _without_secrets(event["data"])})
    fields = PUBLIC.get(event["type"])
    if fields is None:
        return None
    seen = {name: event[name] for name in _ENVELOPE if name in event}
    return orjson.dumps({**seen, "data": _chosen(event["data"], fields)})


def _chosen(data: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    return {name: data[name] for name in fields if name in data}


def _without_secrets(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Leave out digests of codes, and of what is sealed all but that there is something."""
    if isinstance(value, dict):
        if "ciphertext" in value:
            return {"sealed": True}
        return {name: _without_secrets(each) for name, each in value.items() if name not in _NEVER}
    return [_without_secrets(each) for each in value] if isinstance(value, list) else value
