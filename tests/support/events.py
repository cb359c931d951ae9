"""Any events a contract allows, over few ids and codes, so that they meet in the same rows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID

from hypothesis import strategies as st
from pydantic import BaseModel

from shared.contracts.profile import ClosingRules, Level, Profile, ScoreSheet, SheetItem
from shared.kernel.events import Contract, Event
from shared.kernel.projection import Fact, Projection
from tests.support.envelopes import meta

Rows = dict[str, dict[Any, Any]]
_LEVEL = Level(code="member", label="清单", claimed_by=("member",), review_by="unit", sign_off_by="branch")
_SHEET = ScoreSheet(version="T1", items=(SheetItem(item="quality", weight=100),), pass_mark=80)
_PROFILE = Profile(name="T1", version="T1", effective_from=date(2021, 5, 1), levels=(_LEVEL,), score_sheet=_SHEET)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    UUID: st.sampled_from([UUID(int=number) for number in (1, 2, 3)]),
    str: st.sampled_from(["T1", "T2", "T3"]),
    int: st.integers(1, 5),
    bool: st.booleans(),
    date: st.sampled_from([date(2021, 11, 8), date(2021, 11, 15), date(2021, 12, 31)]),
    ClosingRules: st.sampled_from([ClosingRules(), ClosingRules(materials=("T1", "T2"), scorers=2, spread=15)]),
    Profile: st.sampled_from([_PROFILE.model_copy(update={"version": version}) for version in ("T1", "T2", "T3")]),
}


@dataclass(frozen=True, slots=True)
class Story:
    """What each source told, and one order in which a reader may hear it: positions in the sources' own order."""

    lanes: tuple[tuple[Fact, ...], ...]
    order: tuple[int, ...]

    def facts(self) -> Sequence[Fact]:
        """Return the facts as heard."""
        lanes = [iter(lane) for lane in self.lanes]
        return [next(lanes[index]) for index in self.order]

    def source_by_source(self) -> Sequence[Fact]:
        """Return the facts of one source after another."""
        return [fact for lane in self.lanes for fact in lane]


def stories(contracts: Sequence[Contract], projections: Sequence[Projection[Any]]) -> st.SearchStrategy[Story]:
    """Return stories of these sources, up to twelve events each that one of the projections folds."""
    folds = {event for projection in projections for event in projection.handles}
    lanes = st.tuples(*(st.lists(_events(contract, folds), max_size=12) for contract in contracts))
    return lanes.flatmap(lambda told: _heard(contracts, told))


def folded(projections: Sequence[Projection[Any]], facts: Sequence[Fact], onto: Rows | None = None) -> Rows:
    """Return the rows of each projection after these facts, begun from the rows given."""
    tables = {projection.name: dict((onto or {}).get(projection.name, {})) for projection in projections}
    for projection in projections:
        for fact in facts:
            projection.fold(tables[projection.name], fact)
    return tables


def _events(contract: Contract, folds: Collection[type[Event]]) -> st.SearchStrategy[Event]:
    return st.one_of([_made(event) for event in contract.events.values() if event in folds])


def _heard(contracts: Sequence[Contract], told: tuple[list[Event], ...]) -> st.SearchStrategy[Story]:
    lanes = tuple(
        tuple(Fact(event, meta(event, contract.service, position=at, version=at)) for at, event in enumerate(lane, 1))
        for contract, lane in zip(contracts, told, strict=True)
    )
    each = [index for index, lane in enumerate(lanes) for _ in lane]
    return st.permutations(each).map(lambda order: Story(lanes, tuple(order)))


def _made(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    fields = {name: _of(info.annotation) for name, info in model.model_fields.items()}
    if "ciphertext" in fields:
        fields |= {"ciphertext": st.just("c2VhbGVk"), "plain": st.none()}
    return st.builds(model, **fields)


def _of(annotation: Any) -> st.SearchStrategy[Any]:
    if annotation in _SIMPLE:
        return _SIMPLE[annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _made(annotation)
    arguments = get_args(annotation)
    made: st.SearchStrategy[Any]
    match get_origin(annotation):
        case kind if kind is tuple:
            made = st.lists(_of(arguments[0]), min_size=1, max_size=3).map(tuple)
        case kind if kind is dict:
            made = st.dictionaries(_of(arguments[0]), _of(arguments[1]), max_size=3)
        case kind if kind is Literal:
            made = st.sampled_from(arguments)
        case kind if kind in (Union, UnionType):
            made = st.one_of([st.none() if option is NoneType else _of(option) for option in arguments])
        case _:  # Annotated: the bounds are wider than the values drawn here
            made = _of(arguments[0])
    return made
