"""What a service says of itself is valid, whole, and what it does: OpenAPI, AsyncAPI, schemas, health, figures."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from deploy.embedded.preflight import SERVICES
from tests.support.cast import GOOD, POOR, Cast
from tests.support.client import SHAOYANG, Platform
from tests.support.described import UNKNOWN_ID, Described, Question
from tests.support.faults import none_of
from tests.support.up import soon

ENVELOPE = {"specversion", "id", "type", "source", "subject", "time", "datacontenttype", "dataschema", "data"}
EXTENSIONS = {"county", "position", "streamversion", "actor", "role", "unit", "correlationid", "causationid", "commandid", "traceparent"}


def asyncapi(platform: Platform, service: str) -> dict[str, Any]:
    document: dict[str, Any] = platform.http.get(f"{platform.urls[service]}/asyncapi.json").raise_for_status().json()
    return document


def references(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        if isinstance(document.get("$ref"), str):
            yield document["$ref"]
        for value in document.values():
            yield from references(value)
    if isinstance(document, list):
        for value in document:
            yield from references(value)


def resolved(document: dict[str, Any], reference: str) -> Any:
    """Follow a reference within a document; KeyError where it leads nowhere."""
    at: Any = document
    for step in reference.removeprefix("#/").split("/"):
        at = at[step.replace("~1", "/").replace("~0", "~")]
    return at


@pytest.fixture(scope="module")
def bodies(platform: Platform) -> list[dict[str, Any]]:
    """Every event in every log, after a story that leaves few kinds out."""
    cast = Cast(platform, SHAOYANG, "described").registered()
    project = cast.propose(cast.submit(petitioner={"name": "陈秀英", "phone": "13800138000"})["id"])
    cast.approve(project)
    cast.pledge(project)
    for points, verdict, body in ((POOR, "refuse", {"reason": "重办。"}), (GOOD, "sign-off", {})):
        cast.of("member").eventually("projects", f"projects/{project}", status="claimed")
        cast.complete(project)
        cast.judge.eventually("scoring", f"verifications/{project}", status="open")
        cast.score(project, points)
        cast.judge.do("scoring", f"verifications/{project}/{verdict}", body)
    cast.of("office").eventually("projects", f"projects/{project}", status="signed-off")
    letter = {"kind": "rectification-letter", "title": "督办", "text": "限期整改。", "addressees": [cast.unit]}
    cast.of("office").do("supervision", "notices", letter)
    platform.still()
    found = []
    for service in SERVICES:
        with platform.superuser(service) as connection:
            found += [json.loads(bytes(row[0])) for row in connection.execute("SELECT body FROM log.events")]
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_the_openapi_document_is_valid(platform: Platform, service: str) -> None:
    document = platform.description(service)
    assert document["openapi"].startswith("3.1.")
    validate(document, cls=OpenAPIV31SpecValidator)
    schemas = document["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    for reference in references(document):
        resolved(document, reference)
    used = {reference.rpartition("/")[2] for reference in references(document)}
    described_in_words = {operation["post"]["summary"] for operation in document["paths"].values() if "post" in operation}
    assert {name for name in schemas if name not in used and not any(name in words for words in described_in_words)} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_a_name_of_its_own_and_every_id_of_its_path_a_parameter(platform: Platform, service: str) -> None:
    names = []
    for path, item in platform.description(service)["paths"].items():
        for operation in item.values():
            names.append(operation["operationId"])
            given = {at["name"] for at in operation.get("parameters", []) if at["in"] == "path"}
            assert given == set(re.findall(r"{(\w+)}", path)), path
            assert operation["summary"]
    assert len(names) == len(set(names))


@pytest.mark.usefixtures("nothing_written")
def test_what_is_described_is_served_and_what_it_answers_is_described(
    platform: Platform, commands: list[Described], queries: list[Question]
) -> None:
    """Each operation, asked by several people with several bodies, answers with a status and a document that it said it would."""
    people = [platform.person("office"), platform.person("auditor"), platform.person("office", county="610330")]

    def as_said(service: str, path: str, method: str, answer: Any) -> list[str]:
        document = platform.description(service)
        said = document["paths"][f"/v1/{{county}}/{path}"][method]["responses"].get(str(answer.status_code))
        if said is None:
            return [f"{method} {path}: {answer.status_code} is not described"]
        content = said["content"].get(answer.headers["content-type"])
        if content is None:
            return [f"{method} {path}: {answer.headers['content-type']} is not described for {answer.status_code}"]
        is_file = "contentMediaType" in content["schema"]
        validator = Draft202012Validator({**content["schema"], "components": document["components"]})
        return [f"{method} {path}: {fault.message}" for fault in ([] if is_file else validator.iter_errors(answer.json()))]

    def tried() -> Iterator[list[str]]:
        for person in people:
            for command in commands:
                bodies: tuple[Any, ...] = ({"more": 1}, [], command.least)
                for body in bodies:
                    if command.ids or body != command.least:  # what would start something new is tried elsewhere
                        yield as_said(command.service, command.path, "post", person.post(command.service, command.at(), body))
                        batch = {"items": [command.item(body)]}
                        yield as_said(command.service, command.batch, "post", person.post(command.service, command.batch, batch))
            for query in queries:
                yield as_said(query.service, query.path, "get", person.get(query.service, query.at()))
                yield as_said(query.service, query.path, "get", person.get(query.service, query.at(), more=1))

    none_of(tried())


@pytest.mark.parametrize("service", SERVICES)
def test_an_answer_to_a_command_is_as_described(platform: Platform, service: str) -> None:
    answer = platform.description(service)["components"]["schemas"]["Answer"]
    need = Cast(platform, SHAOYANG, "described").submit("一件")
    Draft202012Validator(answer).validate(need)
    assert not Draft202012Validator(answer).is_valid({**need, "position": 7})


@pytest.mark.parametrize("service", SERVICES)
def test_the_asyncapi_document_is_whole(platform: Platform, service: str) -> None:
    document = asyncapi(platform, service)
    assert document["asyncapi"] == "3.0.0"
    for reference in references(document):
        resolved(document, reference)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    sends = [operation for operation in document["operations"].values() if operation["action"] == "send"]
    assert [resolved(document, operation["channel"]["$ref"])["address"] for operation in sends] == [f"{service}.events.v1"]
    assert document["servers"]["kafka"]["host"] == platform.stack.info.kafka
    for operation in document["operations"].values():
        own = {reference["$ref"] for reference in operation["messages"]}
        channel = operation["channel"]["$ref"]
        assert own == {f"{channel}/messages/{name}" for name in resolved(document, channel)["messages"]}


async def test_every_channel_s_address_exists_on_the_broker(platform: Platform) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=platform.stack.info.kafka)
    await admin.start()
    try:
        topics = set(await admin.list_topics())
    finally:
        await admin.close()
    for service in SERVICES:
        addresses = {channel["address"] for channel in asyncapi(platform, service)["channels"].values()}
        assert f"{service}.events.v1" in addresses
        assert addresses <= topics


def test_every_event_ever_recorded_is_as_described(platform: Platform, bodies: list[dict[str, Any]]) -> None:
    """By the AsyncAPI document of its own service, and by the schema its envelope names."""
    documents = {service: asyncapi(platform, service) for service in SERVICES}
    schemas: dict[str, dict[str, Any]] = {}
    seen = set()
    for event in bodies:
        service = event["source"].split("/")[1]
        document = documents[service]
        message = document["components"]["messages"][event["type"]]
        Draft202012Validator({**message["payload"], "components": document["components"]}).validate(event)
        address = event["dataschema"]
        if address not in schemas:
            schemas[address] = platform.http.get(platform.urls[service] + address).raise_for_status().json()
        Draft202012Validator(schemas[address]).validate(event["data"])
        assert ENVELOPE <= set(event) <= ENVELOPE | EXTENSIONS
        seen.add(event["type"])
    assert len(seen) >= 17, seen


@pytest.mark.parametrize("service", SERVICES)
def test_the_schema_of_every_event_is_served(platform: Platform, service: str) -> None:
    document = asyncapi(platform, service)
    own = document["channels"][f"{service}.events.v1"]["messages"]
    assert len(own) >= 4
    for name in own:
        answer = platform.http.get(f"{platform.urls[service]}/schemas/{service}/{name}/1")
        assert answer.status_code == 200
        Draft202012Validator.check_schema(answer.json())
        assert set(answer.json()["properties"]) == set(document["components"]["schemas"][name]["properties"])


@pytest.mark.parametrize("service", SERVICES)
def test_health_and_figures_are_served_to_anyone(platform: Platform, service: str) -> None:
    url = platform.urls[service]
    assert platform.http.get(f"{url}/livez").json() == {"status": "alive"}
    soon(lambda: platform.http.get(f"{url}/readyz").json() == {"status": "ready", "wrong": {}})
    assert platform.http.get(f"{url}/readyz").status_code == 200
    platform.person("office").get(service, "figures")
    platform.http.get(f"{url}/v1/{SHAOYANG}/figures")
    metrics = platform.http.get(f"{url}/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    lines = metrics.text.splitlines()
    assert [line for line in lines if line and not line.startswith("#") and not re.fullmatch(r"[a-zA-Z_:][\w:]*(\{.*\})? \S+", line)] == []
    named = {re.split(r"[{ ]", line)[0] for line in lines if line.startswith("yinuo_")}
    assert {"yinuo_commands_total", "yinuo_command_seconds_bucket", "yinuo_consumer_lag_records"} <= named
    assert UNKNOWN_ID not in metrics.text
