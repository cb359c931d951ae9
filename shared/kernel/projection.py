"""Projections: pure folds from facts to rows, loaded and saved a batch at a time."""

import copy
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_type_hints
from uuid import UUID

import orjson

from shared.kernel.envelope import Meta
from shared.kernel.events import Contract, Event

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

R = TypeVar("R")
E = TypeVar("E", bound=Event)
Key = tuple[Any, ...]
Fold = Callable[[Any, Any, Meta], None]
KeysOf = Callable[[Any], Iterable[Key]]

_COLUMN_TYPES: dict[Any, str] = {
    str: "text",
    int: "bigint",
    float: "double precision",
    bool: "boolean",
    UUID: "uuid",
    date: "date",
    datetime: "timestamptz",
    bytes: "bytea",
    dict: "jsonb",
    list: "jsonb",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """An event with its envelope, as a projection sees it; `body` is the bytes it came in."""

    event: Event
    meta: Meta
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class _Statements:
    load: str
    save: str


class Projection(Generic[R]):
    """One read model: a table `read.<name>` whose rows are folded from facts, keyed within a county.

    `row` is a dataclass whose fields are the columns (besides `county`); every field after the key has a default,
    so that an effect may arrive before its cause from another topic. Folds change the row they are given; they know
    no clock, no chance and no other row, so that any order of sources and any rebuild give the same rows.
    `either` names columns of the key in which events of one type put the id of their own stream or that of another.
    """

    kept = False
    """Whether events become rows of their own, once each, instead of being folded into rows that there are."""

    def __init__(self, name: str, row: type[R], key: str | tuple[str, ...], *, either: tuple[str, ...] = ()) -> None:
        self.name = name
        self.row = row
        self.key = (key,) if isinstance(key, str) else key
        self.either = either
        hints = get_type_hints(row)
        self.columns = {field.name: _column_type(hints[field.name]) for field in dataclasses.fields(row)}  # type: ignore[arg-type]
        self._values: Callable[[R], tuple[Any, ...]] = _values_of(list(self.columns))
        self._folds: dict[type[Event], list[tuple[KeysOf, Fold]]] = {}
        self._sql = self.statements("read")

    @property
    def handles(self) -> Iterable[type[Event]]:
        """The events this projection folds."""
        return self._folds.keys()

    def on(
        self, event: type[E], *, keys: Callable[[E], Iterable[Key]] | None = None
    ) -> Callable[[Callable[[R, E, Meta], None]], Callable[[R, E, Meta], None]]:
        """Register a fold for an event; `keys` names the rows it touches (default: the event's fields of the key's names)."""
        keys_of: KeysOf = keys or _own_key(self.key)

        def register(fold: Callable[[R, E, Meta], None]) -> Callable[[R, E, Meta], None]:
            self._folds.setdefault(event, []).append((keys_of, fold))
            return fold

        return register

    def alone_of(self, group: str) -> Sequence[str]:
        """Return the names whose transactions wait for each other, for whoever must have this read model of a consumer's group stand still.

        Of a kept one there are two: large batches are written under a name of its own, small ones with all the others.
        """
        return [group, f"{group}/{self.name}"] if self.kept else [group]

    def beside(self, schema: str) -> "Projection[R]":
        """Return the same folds over a table of the same name in another schema, with a name, and so a checkpoint, of their own."""
        other = copy.copy(self)
        other._sql = self.statements(schema)  # noqa: SLF001 - another of its own kind
        other.name = f"{schema}_{self.name}"
        return other

    def statements(self, schema: str) -> _Statements:
        """Return the SQL of this projection's table in a schema, built once from its columns."""
        table, names = f"{schema}.{self.name}", list(self.columns)
        arrays = ", ".join(f"${index}::{_array_of(kind)}[]" for index, kind in enumerate(self.columns.values(), 2))
        chosen = ", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in self.columns.items())
        key_arrays = ", ".join(f"${index}::{self.columns[name]}[]" for index, name in enumerate(self.key, 2))
        key_names = ", ".join(self.key)
        # One key is looked up by its index whatever the statistics say; a join may be planned as a scan of the whole table.
        wanted = f"{key_names} = ANY({key_arrays})" if len(self.key) == 1 else f"({key_names}) IN (SELECT * FROM unnest({key_arrays}))"  # noqa: S608
        listed = ", ".join(names)
        updates = ", ".join(f"{name} = EXCLUDED.{name}" for name in names if name not in self.key)
        return _Statements(
            load=f"SELECT {listed} FROM {table} WHERE county = $1 AND {wanted}",  # noqa: S608
            save=f"INSERT INTO {table} (county, {listed}) SELECT $1, {chosen} FROM unnest({arrays}) AS u ({listed})"  # noqa: S608
            f" ON CONFLICT (county, {key_names}) DO " + (f"UPDATE SET {updates}" if updates else "NOTHING"),
        )

    async def apply(self, connection: "Connection", county: str, facts: Sequence[Fact]) -> int:
        """Fold facts into their rows, in order: one statement to load, one to save; return how many rows were saved."""
        touched: list[tuple[Key, Fold, Fact]] = []
        wanted: dict[Key, None] = {}
        for fact in facts:
            for keys_of, fold in self._folds.get(type(fact.event), ()):
                for key in keys_of(fact.event):
                    touched.append((key, fold, fact))
                    wanted[key] = None
        if not touched:
            return 0
        if len(self.columns) == len(self.key):  # a row is its key: there is nothing to load, and no fold can say more
            by_name = dict(zip(self.key, zip(*wanted, strict=True), strict=True))
            await connection.execute(self._sql.save, county, *(by_name[name] for name in self.columns))
            return len(wanted)
        rows = await self.load(connection, county, list(wanted))
        for key, fold, fact in touched:
            row = rows.get(key)
            if row is None:
                row = rows[key] = self.row(*key)
            fold(row, fact.event, fact.meta)
        await self.save(connection, county, list(rows.values()))
        return len(rows)

    async def load(self, connection: "Connection", county: str, keys: Sequence[Key]) -> dict[Key, R]:
        """Return the rows that exist for these keys."""
        records = await connection.fetch(self._sql.load, county, *(list(column) for column in zip(*keys, strict=True)))
        rows: dict[Key, R] = {}
        for record in records:
            rows[tuple(record[name] for name in self.key)] = self.row(*record.values())
        return rows

    async def save(self, connection: "Connection", county: str, rows: Sequence[R]) -> None:
        """Write rows as they now are; one at least."""
        columns = zip(*map(self._values, rows), strict=True)
        await connection.execute(
            self._sql.save, county, *(_array(kind, column) for kind, column in zip(self.columns.values(), columns, strict=True))
        )

    def fold(self, rows: dict[Key, R], fact: Fact) -> None:
        """Fold one fact into rows held in memory, for replays without a database; rows are copied before they change."""
        for keys_of, fold in self._folds.get(type(fact.event), ()):
            for key in keys_of(fact.event):
                row = copy.deepcopy(rows[key]) if key in rows else self.row(*key)
                fold(row, fact.event, fact.meta)
                rows[key] = row

    def gather(self, rows: dict[Key, R], fact: Fact, wanted: Callable[[Key], bool] | None = None) -> None:
        """Fold one fact into rows that nobody else holds, or into those of them whose key is wanted; the rows themselves change."""
        for keys_of, fold in self._folds.get(type(fact.event), ()):
            for key in keys_of(fact.event):
                if wanted is not None and not wanted(key):
                    continue
                row = rows.get(key)
                if row is None:
                    row = rows[key] = self.row(*key)
                fold(row, fact.event, fact.meta)

    def keys_of(self, event: Event) -> list[Key]:
        """Return the keys of the rows an event touches."""
        return [key for keys_of, _ in self._folds.get(type(event), ()) for key in keys_of(event)]


def types_of(projection: Projection[Any], sources: Iterable[Contract]) -> dict[str, list[str]]:
    """Return the types of events a read model folds, by the service that publishes them; only services that publish any."""
    handled = set(projection.handles)
    found = {contract.service: sorted(name for name, event in contract.events.items() if event in handled) for contract in sources}
    return {service: types for service, types in found.items() if types}


def _array_of(kind: str) -> str:
    """Return the element type a column travels as: JSON as text, since a list of lists would be taken for a matrix."""
    return "text" if kind == "jsonb" else kind


def _array(kind: str, column: Sequence[Any]) -> Sequence[Any]:
    """Return a column as it travels; one that is empty as nothing at all: the database fills up what is shorter than the others."""
    if all(value is None for value in column):
        return ()
    return [_json(value) for value in column] if kind == "jsonb" else column


def _values_of(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) == 1:  # for which attrgetter returns no tuple
        return lambda row: (getattr(row, names[0]),)
    return attrgetter(*names)


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()


def _own_key(names: tuple[str, ...]) -> KeysOf:
    """Return how an event names the one row of its own key."""
    if len(names) == 1:
        (name,) = names
        return lambda fact: ((getattr(fact, name),),)
    of = attrgetter(*names)
    return lambda fact: (of(fact),)


def _column_type(hint: Any) -> str:  # noqa: ANN401 - any annotation of a row
    options = [option for option in get_args(hint) if option is not type(None)] if not isinstance(hint, type) else [hint]
    if hint in _COLUMN_TYPES:
        return _COLUMN_TYPES[hint]
    origin = getattr(hint, "__origin__", None)
    if origin in _COLUMN_TYPES:
        return _COLUMN_TYPES[origin]
    if len(options) == 1 and options[0] is not hint:
        return _column_type(options[0])
    raise TypeError(f"no column type for {hint!r}")
