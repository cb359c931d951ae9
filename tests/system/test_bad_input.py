"""Whatever is wrong with a request is told clearly, field by field, and nothing is written: for every command of every service."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest

from deploy.embedded.issuer import ROLES
from tests.support.client import TOWN, Person, Platform, faults_of, pointers
from tests.support.described import Described, described, pointer, with_value

LONG = "长" * 10_000
CONTROLS = ("\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9b")
RARE = "𠮷𡈽𪚥𰻝"
WRONG: tuple[Any, ...] = (None, True, 7, 1.5, "x", [], {}, [[]], {"x": {}})
NO_JSON = (
    b"",
    b" ",
    b"{",
    b'{"kind":',
    b"{} {}",
    b"{'kind': 1}",
    b"\xef\xbb\xbf{}",
    b'{"kind": "\xed\xa0\x80"}',
    b'{"kind": "\xff"}',
    "{\"kind\": \"路灯\"}".encode("gbk"),
    b'{"kind": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"kind": 01}',
    b"[" * 10_000,
    b"[" * 10_000 + b"]" * 10_000,
    b'{"kind":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"kind": ' + b"9" * 5_000 + b"}",
)
NO_OBJECT = (b"[]", b"null", b"true", b'"x"', b"7", b"1e999")


@pytest.fixture(scope="module")
def everyone(platform: Platform) -> Person:
    """Somebody with every role, so that nothing is refused for want of one."""
    return platform.person(*ROLES, sub="everyone", unit=TOWN, branch=f"{TOWN}-1")


@pytest.fixture(scope="module")
def commands(platform: Platform) -> list[Described]:
    found = described(platform)
    assert {command.service for command in found} == set(platform.urls)
    return found


@pytest.fixture(autouse=True)
def _nothing_written(platform: Platform) -> Iterator[None]:
    with platform.nothing_written():
        yield


def send(person: Person, command: Described, raw: bytes, *, batch: bool = False) -> httpx.Response:
    url = person.url(command.service, command.batch if batch else command.at())
    return person.platform.http.post(url, content=raw, headers=person.bearer)


def all_faults(found: Iterable[list[str]]) -> None:
    faults = [fault for faults in found for fault in faults]
    assert not faults, f"{len(faults)} fall short:\n" + "\n".join(faults[:30])


def points(answer: httpx.Response, *wanted: str) -> list[str]:
    """Refused as a body with faults, at these places or below them."""
    faults = faults_of(answer, status=422)
    if not faults and not any(at == place or at.startswith(f"{place}/") for at in pointers(answer.json()) for place in wanted):
        return [f"{answer.request.url.path}: {answer.text[:300]} does not point at {wanted}"]
    return faults


@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_a_body_that_is_no_json_is_refused(everyone: Person, commands: list[Described], *, batch: bool) -> None:
    all_faults(faults_of(send(everyone, command, raw, batch=batch), status=400) for command in commands for raw in NO_JSON)


@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_a_body_that_is_no_object_is_refused(everyone: Person, commands: list[Described], *, batch: bool) -> None:
    all_faults(points(send(everyone, command, raw, batch=batch), "") for command in commands for raw in NO_OBJECT)


def test_a_key_given_twice_is_refused(everyone: Person, commands: list[Described]) -> None:
    def twice(command: Described) -> Iterator[list[str]]:
        body = json.dumps(command.least)
        doubled = f'{{"x": 1, "x": 1, {body[1:]}' if command.least else '{"x": 1, "x": 1}'
        first = next(iter(command.least), None)
        if first is not None:
            yield faults_of(send(everyone, command, f'{{"{first}": 7, {body[1:]}'.encode()), status=400)
        yield faults_of(send(everyone, command, doubled.encode()), status=400)
        item = json.dumps(command.item({}))
        inside = item.replace('"body": {}', f'"body": {doubled}')
        yield faults_of(send(everyone, command, f'{{"items": [{inside}]}}'.encode(), batch=True), status=400)

    all_faults(faults for command in commands for faults in twice(command))


def test_fields_nobody_asked_for_are_refused(everyone: Person, commands: list[Described]) -> None:
    def tried(command: Described) -> Iterator[list[str]]:
        yield points(send(everyone, command, json.dumps({**command.full, "admin": True}).encode()), "/admin")
        for path, schema in command.leaves():
            if schema.get("type") == "object" and schema.get("additionalProperties") is False:
                body = with_value(command.full, (*path, "admin"), value=True)
                yield points(send(everyone, command, json.dumps(body).encode()), f"{pointer(path)}/admin")

    all_faults(faults for command in commands for faults in tried(command))


def test_fields_left_out_are_named(everyone: Person, commands: list[Described]) -> None:
    all_faults(
        points(send(everyone, command, json.dumps({at: value for at, value in command.least.items() if at != name}).encode()), f"/{name}")
        for command in commands
        for name in command.least
    )


def test_values_of_a_wrong_type_are_pointed_at(everyone: Person, commands: list[Described]) -> None:
    bodies = [
        (command, path, body)
        for command in commands
        for path, _ in command.leaves()
        for wrong in WRONG
        if not command.fits(body := with_value(command.full, path, wrong))
    ]
    assert len(bodies) > 200
    all_faults(points(send(everyone, command, json.dumps(body).encode()), pointer(path)) for command, path, body in bodies)


@pytest.mark.parametrize("text", ["", " ", "\n", LONG, *CONTROLS], ids=repr)
def test_texts_that_are_blank_endless_or_hold_control_characters_are_pointed_at(
    everyone: Person, commands: list[Described], text: str
) -> None:
    given = f"好{text}好" if text in CONTROLS else text
    all_faults(
        points(send(everyone, command, json.dumps(with_value(command.full, path, given)).encode()), pointer(path))
        for command in commands
        for path, schema in command.leaves()
        if schema.get("type") == "string"
    )


@pytest.mark.parametrize("number", ["-1", "1e2", "1.0", "1e999", "-1e999", "9" * 30, "NaN", "Infinity"])
@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_numbers_that_are_none_or_out_of_range_are_pointed_at(everyone: Person, commands: list[Described], number: str, *, batch: bool) -> None:
    def tried(command: Described, path: tuple[str | int, ...]) -> list[str]:
        body = json.dumps(with_value(command.full, path, "NUMBER")).replace('"NUMBER"', number)
        if not batch:
            return points(send(everyone, command, body.encode()), pointer(path))
        item = json.dumps(command.item("BODY")).replace('"BODY"', body)
        answer = send(everyone, command, f'{{"items": [{item}]}}'.encode(), batch=True)
        refusals = [] if answer.status_code != 200 else [at for one in answer.json()["items"] for at in pointers(one.get("problem", {}))]
        return [] if f"/items/0/body{pointer(path)}" in refusals else [f"{command.name} {pointer(path)}: {answer.text[:200]}"]

    places = [(command, path) for command in commands for path, schema in command.leaves() if schema.get("type") == "integer"]
    assert len(places) > 3
    all_faults(tried(command, path) for command, path in places)


def test_rare_characters_are_no_fault_where_text_may_stand(everyone: Person, commands: list[Described]) -> None:
    """Checked past the body's validation: with an If-Match that is stale nothing is carried out."""

    def tried(command: Described, path: tuple[str | int, ...]) -> list[str]:
        body = with_value(command.full, path, RARE)
        headers = {"If-Match": '"77"', "Idempotency-Key": "rare"}
        answer = everyone.post(command.service, command.at(), body, headers)
        if not command.fits(body):
            return points(answer, pointer(path))
        return [f"{command.name}: {answer.text}"] if answer.json()["code"] == "body_invalid" else faults_of(answer)

    texts = [(command, path) for command in commands for path, schema in command.leaves() if schema.get("type") == "string"]
    assert any(command.fits(with_value(command.full, path, RARE)) for command, path in texts)
    all_faults(tried(command, path) for command, path in texts)
