"""A service's HTTP interface as a table: POST is a command, GET is a query."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, create_model

from shared.kernel.actor import Actor
from shared.kernel.as_of.moments import LONGEST
from shared.kernel.event_log import wrapped_keys
from shared.kernel.rules import Command, FromPlatform
from shared.kernel.sealed import Sealed
from shared.kernel.sealing import Context, Sealer, SealingKey, unseal
from shared.web.problem import Problem

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

T = TypeVar("T")
MOST_ITEMS = 1_000
"""Items a batch may have."""


AsOf = Annotated[
    str | None,
    Field(
        max_length=LONGEST,
        description="As it was: a day (its end in Asia/Shanghai), RFC 3339 with a zone, `@12` (a position of this service's lane), "
        "or `intake@12,projects@40` (one for each lane it reads); the header `As-Of` says what it came to",
    ),
]


class Params(BaseModel):
    """Query parameters every list takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500, description="Items a page holds")] = 50
    after: Annotated[int, Field(ge=0, lt=1 << 63, description="The `next` of the page before")] = 0
    min_position: Annotated[
        int | None, Field(ge=0, lt=1 << 63, description="Wait up to 2 s until the list has this position of the service's lane")
    ] = None
    as_of: AsOf = None


class OneParams(BaseModel):
    """Query parameters of a single resource."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_position: Annotated[
        int | None, Field(ge=0, lt=1 << 63, description="Wait up to 2 s until the resource has this position of the service's lane")
    ] = None
    as_of: AsOf = None


class HistoryParams(BaseModel):
    """Query parameters of a resource's history."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after: Annotated[int, Field(ge=0, lt=1 << 31, description="The `next` of the page before")] = 0
    as_of: AsOf = None


class MomentParams(BaseModel):
    """Query parameters of the question what a moment comes to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: AsOf = None
    own: Annotated[bool, Field(description="Of this service's own lane alone, which takes no look at others'")] = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query may use: one read-only snapshot of one county, who asks, and the validated parameters."""

    connection: "Connection"
    county: str
    actor: Actor
    params: Any
    ids: Mapping[str, Any]
    sealer: Sealer
    opened: Any = None
    """What the service opened from its settings besides (`Parts.opens`)."""

    async def unseal(self, fields: Sequence[tuple[Sealed, str, Context]]) -> list[str | None]:
        """Return the plain texts of sealed fields (field, path in its event, what it is bound to); None where the key is gone."""
        wrapped = await wrapped_keys(self.connection, self.county, [field.person for field, _, _ in fields])
        keys = {person: self.sealer.unwrap(self.county, SealingKey(person, key)) for person, key in wrapped.items()}
        return [unseal(field, path, context, keys.get(field.person)) for field, path, context in fields]


@dataclass(frozen=True, slots=True)
class Page:
    """Items of a list and the `after` of the next page (None: this was the last)."""

    items: Sequence[Mapping[str, Any]]
    next: int | None


@dataclass(frozen=True, slots=True)
class Post:
    """A command: the body is the command without what the platform fills in; path parameters fill fields of their name."""

    path: str
    command: type[Command]
    new: str | None = None
    """The field that gets a new id, for commands that open a stream."""
    public: bool = False
    """Asked without a login; what the body holds must prove enough."""
    shows: Callable[[Reading, Command], Awaitable[Mapping[str, Any]]] | None = None
    """What the answer carries besides id, version and position, looked up once the command is durable."""


@dataclass(frozen=True, slots=True)
class Get:
    """A query over read models: a list (returns a Page) or one resource (returns a mapping or None)."""

    path: str
    query: Callable[[Reading], Awaitable[Page | Mapping[str, Any] | None]]
    roles: Sequence[str]
    projection: str
    params: type[Params] | type[OneParams] = field(default=Params)
    text_ids: bool = False
    """The path's ids are codes, not UUIDs."""
    public: bool = False
    """Asked without a login; `roles` say nothing then."""


@dataclass(frozen=True, slots=True)
class History:
    """The events of one stream, as published."""

    path: str
    stream: Callable[[Mapping[str, Any]], str]
    roles: Sequence[str]


class Item(BaseModel):
    """One item of a batch: its own idempotency key, the ids a path would carry, and the body of the single command."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")] | None = None
    path: dict[str, str] = Field(default_factory=dict, max_length=4)
    body: dict[str, Any]


class Batch(BaseModel):
    """Commands of one kind, each decided and answered by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    items: list[Item] = Field(min_length=1, max_length=MOST_ITEMS)


def batch_path(path: str) -> str:
    """Return where a command's batch is: its path without ids, then `:batch` (`/projects/claim:batch`)."""
    return "/".join(part for part in path.split("/") if not part.startswith("{")) + ":batch"


@cache
def body_of(command: type[Command]) -> type[BaseModel]:
    """Return the model of a command's body: its fields without those the platform fills in."""
    fields: dict[str, Any] = {
        name: (Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation, info)
        for name, info in command.model_fields.items()
        if not any(mark is FromPlatform or isinstance(mark, FromPlatform) for mark in info.metadata)
    }
    return create_model(f"{command.__name__}Body", __config__=command.model_config, __doc__=command.__doc__, **fields)


def build(command: type[Command], body: BaseModel, filled: Mapping[str, Any]) -> Command:
    """Return the command of a validated body and what the platform fills in."""
    defaults = _defaults(command, type(body))
    return command.model_construct(**dict(body), **{**{name: default() for name, default in defaults.items()}, **filled})


@cache
def _defaults(command: type[Command], body: type[BaseModel]) -> dict[str, Callable[..., Any]]:
    """Return what makes the value of each field with a default that no caller gives.

    Values are frozen: commands may share one, which spares copying it for each.
    """
    missing = {name: info for name, info in command.model_fields.items() if name not in body.model_fields and not info.is_required()}
    return {name: info.default_factory or partial(_same, info.default) for name, info in missing.items()}


def _same(value: T) -> T:
    return value


def require_role(actor: Actor, roles: Sequence[str]) -> None:
    """Refuse a query to a role it is not for."""
    if not actor.has(*roles):
        raise Problem("role_not_allowed", roles=", ".join(roles))


def page(rows: Sequence[Any], limit: int) -> Page:
    """Return a page of rows that carry `position`, the key the next page goes on from (a string for browsers)."""
    items = [{**dict(row), "position": str(row["position"])} for row in rows]
    return Page(items, rows[-1]["position"] if len(rows) == limit else None)
