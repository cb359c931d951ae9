"""Events keep what they promised: schemas committed, samples of every version readable, changes additive."""

import copy
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from shared.contracts.schema_files import FOLDER, SAMPLES, breaks, files
from shared.contracts.topics import CONTRACTS
from shared.kernel.events import Contract, Event, UnknownEvent, dump
from tests.support.releases import released

EVENTS = [(contract, event) for contract in CONTRACTS for event in contract.events.values()]
IDS = [event.__name__ for _, event in EVENTS]
ROOT = Path(__file__).parents[2]


def test_the_committed_schemas_are_those_of_the_code() -> None:
    written = {path: orjson.loads(path.read_bytes()) for path in FOLDER.glob("*/*.json")}
    for path, schema in files():
        assert written.get(path) == schema, f"run `make schemas` and look at the difference in {path.name}"


@pytest.mark.parametrize(("contract", "event"), EVENTS, ids=IDS)
def test_every_version_ever_released_has_a_sample_that_is_still_read(contract: Contract, event: type[Event]) -> None:
    name = event.__name__
    for version in range(1, event.VERSION + 1):
        data = orjson.loads((SAMPLES / contract.service / f"{name}.{version}.json").read_bytes())
        schema = orjson.loads((FOLDER / contract.service / f"{name}.{version}.json").read_bytes())
        Draft202012Validator(schema).validate(data)
        read = contract.read(name, f"/schemas/{contract.service}/{name}/{version}", copy.deepcopy(data))
        if version == event.VERSION:
            assert orjson.loads(dump(read)) == data


@pytest.mark.parametrize(("contract", "event"), EVENTS, ids=IDS)
def test_a_field_added_later_is_ignored_by_today_s_reader(contract: Contract, event: type[Event]) -> None:
    name = event.__name__
    data = orjson.loads((SAMPLES / contract.service / f"{name}.{event.VERSION}.json").read_bytes())
    assert contract.read(name, contract.dataschema(name), {**data, "added_later": 1}) == contract.read(
        name, contract.dataschema(name), data
    )


def test_a_type_or_version_from_the_future_is_unknown() -> None:
    contract, event = EVENTS[0]
    for name, schema in (("NeedFlown", "/schemas/intake/NeedFlown/1"), (event.__name__, f"/schemas/intake/{event.__name__}/2")):
        with pytest.raises(UnknownEvent):
            contract.read(name, schema, {})


def test_an_older_version_is_upcast_step_by_step() -> None:
    class Moved(Event):
        VERSION = 3
        place: str
        floor: int

    contract = Contract(
        "test", [Moved], {("Moved", 1): lambda data: {"place": data["where"]}, ("Moved", 2): lambda data: {**data, "floor": 0}}
    )
    assert contract.read("Moved", "/schemas/test/Moved/1", {"where": "hall"}) == Moved(place="hall", floor=0)
    assert contract.read("Moved", "/schemas/test/Moved/2", {"place": "hall"}) == Moved(place="hall", floor=0)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.json")), ids=lambda path: path.stem)
def test_a_schema_once_published_only_grows(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    published = released(relative)
    assert published is None or breaks(orjson.loads(published), orjson.loads(path.read_bytes())) == []


BREAKING: dict[str, Any] = {
    "a field gone": lambda schema: schema["properties"].pop("title"),
    "a field newly required": lambda schema: (schema["properties"].update(new={"type": "string"}), schema["required"].append("new")),
    "another type": lambda schema: schema["properties"]["title"].update(type="integer"),
    "a value gone": lambda schema: schema["properties"]["kind"]["enum"].pop(),
    "a nested field gone": lambda schema: schema["$defs"]["Petitioner"]["properties"].pop("name"),
    "a field no longer always there": lambda schema: schema["required"].remove("title"),
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_is_seen(change: str) -> None:
    old = orjson.loads((FOLDER / "intake" / "NeedSubmitted.1.json").read_bytes())
    new = copy.deepcopy(old)
    BREAKING[change](new)
    assert breaks(old, new)


def test_an_added_optional_field_or_value_breaks_nothing() -> None:
    old = orjson.loads((FOLDER / "intake" / "NeedSubmitted.1.json").read_bytes())
    new = copy.deepcopy(old)
    new["properties"]["note"] = {"type": "string", "default": ""}
    new["properties"]["kind"]["enum"].append("praise")
    assert breaks(old, new) == []
