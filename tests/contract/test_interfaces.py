"""HTTP and Kafka interfaces are committed as generated, and only grow."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.describe import FOLDER, breaking, documents
from tests.support.releases import released

ROOT = Path(__file__).parents[2]
PATHS = sorted(FOLDER.glob("*.json"))


def test_the_committed_descriptions_are_those_of_the_code() -> None:
    for path, document in documents():
        assert json.loads(path.read_text()) == json.loads(json.dumps(document)), (
            f"run `make schemas` and look at the difference in {path.name}"
        )


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_an_interface_once_published_only_grows(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    published = released(relative)
    assert published is None or breaking(json.loads(published), json.loads(path.read_text())) == []


def _openapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((FOLDER / "intake.openapi.json").read_text())
    return document


BREAKING: dict[str, Callable[[dict[str, Any]], object]] = {
    "an address gone": lambda new: new["paths"].pop("/v1/{county}/needs"),
    "another operation id": lambda new: new["paths"]["/v1/{county}/needs"]["post"].update(operationId="send_need"),
    "a field gone": lambda new: new["components"]["schemas"]["SubmitNeedBody"]["properties"].pop("title"),
    "a field newly required": lambda new: new["components"]["schemas"]["RouteNeedBody"]["required"].append("note"),
    "a channel no longer taken": lambda new: new["components"]["schemas"]["SubmitNeedBody"]["properties"]["channel"]["enum"].pop(),
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_change_that_breaks_clients_is_seen(change: str) -> None:
    new = copy.deepcopy(_openapi())
    BREAKING[change](new)
    assert breaking(_openapi(), new)


def test_a_message_gone_is_seen() -> None:
    old = json.loads((FOLDER / "intake.asyncapi.json").read_text())
    new = copy.deepcopy(old)
    del new["components"]["messages"]["NeedSubmitted"]
    assert breaking(old, new)
