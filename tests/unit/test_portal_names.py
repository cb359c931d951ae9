"""Which ids an event is found by: all that its data hold, and its stream's, each once."""

import re
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.portal.projections.names import NAMES, ids_in, names_of
from shared.contracts.schema_files import SAMPLES
from shared.contracts.topics import CONTRACTS
from shared.kernel.events import Contract, Event
from shared.kernel.projection import Fact
from tests.support.envelopes import meta

EVENTS = [(contract, event) for contract in CONTRACTS for event in contract.events.values()]
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
OWN = "01a22043-0109-708c-8735-c30565c5a16b"


def a_fact(contract: Contract, event: type[Event], version: int, stream: str = f"thing-{OWN}") -> Fact:
    data = orjson.loads((SAMPLES / contract.service / f"{event.__name__}.{event.VERSION}.json").read_bytes())
    typed = contract.read(event.__name__, contract.dataschema(event.__name__), data)
    body = orjson.dumps({"id": str(UUID(int=7)), "correlationid": str(UUID(int=8)), "data": data})
    return Fact(typed, meta(typed, contract.service, position=3, stream=stream, version=version), body)


@pytest.mark.parametrize(("contract", "event"), EVENTS, ids=[event.__name__ for _, event in EVENTS])
def test_an_event_is_found_by_every_id_in_its_data_and_by_no_other(contract: Contract, event: type[Event]) -> None:
    fact = a_fact(contract, event, version=2)
    filed = {str(value) for name in ("need_id", "project_id") if (value := getattr(fact.event, name, None)) is not None}
    told = [str(row.named) for row in names_of(fact)]
    inside = set(_UUID.findall(fact.body.partition(b'"data":')[2].decode()))
    assert set(told) | filed | {OWN} == inside | filed | {OWN}
    assert len(told) == len(set(told))
    assert set(told).isdisjoint(filed | {OWN})
    assert {(row.source, row.position, row.stream) for row in names_of(fact)} <= {(contract.service, 3, f"thing-{OWN}")}


@given(st.sampled_from(EVENTS), st.integers(1, 5))
def test_a_stream_is_found_by_its_id_from_where_it_begins(kind: tuple[Contract, type[Event]], version: int) -> None:
    told = {str(row.named) for row in names_of(a_fact(*kind, version=version))}
    assert (OWN in told) == (version == 1)


def test_a_stream_that_is_called_by_something_else_than_an_id_is_no_name() -> None:
    contract, event = EVENTS[0]
    streams = {row.stream for row in names_of(a_fact(contract, event, version=1, stream="organisation-430523100"))}
    assert streams <= {"organisation-430523100"}
    assert all(str(row.named) != "430523100" for row in names_of(a_fact(contract, event, version=1, stream="organisation-430523100")))


def test_names_are_kept_of_all_events_there_are() -> None:
    assert set(NAMES.handles) == {event for _, event in EVENTS}


@given(st.lists(st.one_of(st.uuids().map(str), st.text(alphabet='0af-" x', max_size=50), st.text(max_size=5))), st.integers(0, 60))
def test_ids_are_found_wherever_they_stand(parts: list[str], start: int) -> None:
    body = "".join(parts).encode()
    assert set(ids_in(body, start)) == set(re.findall(_UUID.pattern.encode(), body[start:]))
