"""What the archive keeps beside an event's bytes: what streams and stories are filtered by."""

import orjson
import pytest

from services.portal.projections import ARCHIVE
from shared.contracts.schema_files import SAMPLES
from shared.contracts.topics import CONTRACTS
from shared.kernel.events import Contract, Event
from shared.kernel.projection import Fact
from tests.support.envelopes import meta

EVENTS = [(contract, event) for contract in CONTRACTS for event in contract.events.values()]
ONE, SEVERAL = ("unit", "handling_unit", "code", "organisation", "whose_unit"), ("assisting_units", "addressees", "units")


@pytest.mark.parametrize(("contract", "event"), EVENTS, ids=[event.__name__ for _, event in EVENTS])
def test_an_event_is_filed_under_everything_it_names(contract: Contract, event: type[Event]) -> None:
    name = event.__name__
    data = orjson.loads((SAMPLES / contract.service / f"{name}.{event.VERSION}.json").read_bytes())
    typed = contract.read(name, contract.dataschema(name), data)
    row = ARCHIVE.row_of(Fact(typed, meta(typed, contract.service, stream="a-stream"), b"its bytes"))
    assert (row.source, row.position, row.stream, row.type, row.body) == (contract.service, 1, "a-stream", name, b"its bytes")
    assert [row.need_id, row.project_id, row.town] == [getattr(typed, field, None) for field in ("need_id", "project_id", "town")]
    named = {value for field in ONE if isinstance(value := getattr(typed, field, None), str)}
    for field in SEVERAL:
        value = getattr(typed, field, None)
        named.update(each for each in (value if isinstance(value, tuple | list) else ()) if isinstance(each, str))
    assert row.units == " ".join(sorted(named))


def test_a_rebuild_keeps_events_beside_the_live_archive() -> None:
    assert "INTO rebuild.event_archive" in ARCHIVE.beside("rebuild")._sql.save
    assert "INTO read.event_archive" in ARCHIVE._sql.save
