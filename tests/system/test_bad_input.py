"""Whatever is wrong with a request is told clearly, field by field, and nothing is written: for every command of every service."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.client import Person
from tests.support.described import Described, Path, pointer, with_value
from tests.support.faults import faults_of, none_of, pointers, points

pytestmark = pytest.mark.usefixtures("nothing_written")
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
    '{"kind": "路灯"}'.encode("gbk"),
    b'{"kind": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"kind": 01}',
    b"[" * 10_000,
    b"[" * 10_000 + b"]" * 10_000,
    b'{"kind":' * 10_000 + b"1" + b"}" * 10_000,
    b'{"kind": ' + b"9" * 5_000 + b"}",
)
NO_OBJECT = (b"[]", b"null", b"true", b'"x"', b"7", b"1e999")


def send(person: Person, command: Described, raw: bytes, *, batch: bool = False) -> httpx.Response:
    url = person.url(command.service, command.batch if batch else command.at())
    return person.platform.http.post(url, content=raw, headers=person.bearer)


@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_a_body_that_is_no_json_is_refused(everyone: Person, commands: list[Described], *, batch: bool) -> None:
    none_of(faults_of(send(everyone, command, raw, batch=batch), status=400) for command in commands for raw in NO_JSON)


@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_a_body_that_is_no_object_is_refused(everyone: Person, commands: list[Described], *, batch: bool) -> None:
    none_of(points(send(everyone, command, raw, batch=batch), "") for command in commands for raw in NO_OBJECT)


def test_a_key_given_twice_is_refused(everyone: Person, commands: list[Described]) -> None:
    """Readers disagree on which of the two counts, so that one could be checked and another carried out."""

    def twice(command: Described) -> Iterator[list[str]]:
        inside = json.dumps(command.item("BODY"))
        for name, value in command.least.items():
            body = f'{{"{name}": 7, {json.dumps(command.least)[1:-1]}, "{name}": {json.dumps(value)}}}'
            yield faults_of(send(everyone, command, body.encode()), status=400)
            items = f'{{"items": [{inside.replace(json.dumps("BODY"), body)}]}}'
            yield faults_of(send(everyone, command, items.encode(), batch=True), status=400)
        yield faults_of(send(everyone, command, f'{{"items": [], "items": [{inside}]}}'.encode(), batch=True))

    none_of(faults for command in commands for faults in twice(command))


def test_fields_nobody_asked_for_are_refused(everyone: Person, commands: list[Described]) -> None:
    def tried(command: Described) -> Iterator[list[str]]:
        yield points(send(everyone, command, json.dumps({**command.full, "admin": True}).encode()), "/admin")
        for path, schema in command.leaves():
            if schema.get("type") == "object" and schema.get("additionalProperties") is False:
                body = with_value(command.full, (*path, "admin"), value=True)
                yield points(send(everyone, command, json.dumps(body).encode()), f"{pointer(path)}/admin")

    none_of(faults for command in commands for faults in tried(command))


def test_fields_left_out_are_named(everyone: Person, commands: list[Described]) -> None:
    none_of(
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
    none_of(points(send(everyone, command, json.dumps(body).encode()), pointer(path)) for command, path, body in bodies)


@pytest.mark.parametrize("text", ["", " ", "\n", LONG, *CONTROLS], ids=lambda text: repr(text[:5]))
def test_texts_that_are_blank_endless_or_hold_control_characters_are_pointed_at(
    everyone: Person, commands: list[Described], text: str
) -> None:
    given = f"好{text}好" if text in CONTROLS else text
    none_of(
        points(send(everyone, command, json.dumps(with_value(command.full, path, given)).encode()), pointer(path))
        for command in commands
        for path, schema in command.leaves()
        if schema.get("type") == "string"
    )


@pytest.mark.parametrize("number", ["-1", "1e2", "1.0", "1e999", "-1e999", "9" * 30, "NaN", "Infinity"])
@pytest.mark.parametrize("batch", [False, True], ids=["alone", "batch"])
def test_numbers_that_are_none_or_out_of_range_are_pointed_at(
    everyone: Person, commands: list[Described], number: str, *, batch: bool
) -> None:
    """Anywhere, also where null may stand: what JSON cannot say must not become null on its way."""

    def tried(command: Described, path: Path) -> list[str]:
        body = json.dumps(with_value(command.full, path, "NUMBER")).replace('"NUMBER"', number)
        if not batch:
            return points(send(everyone, command, body.encode()), pointer(path))
        item = json.dumps(command.item("BODY")).replace('"BODY"', body)
        answer = send(everyone, command, f'{{"items": [{item}]}}'.encode(), batch=True)
        refusals = [] if answer.status_code != 200 else [at for one in answer.json()["items"] for at in pointers(one.get("problem", {}))]
        here = f"/items/0/body{pointer(path)}"
        return [] if any(at == here or at.startswith(f"{here}/") for at in refusals) else [f"{command.name} {here}: {answer.text[:200]}"]

    none_of(tried(command, path) for command in commands for path, _ in command.leaves())


def holds(body: Any, path: Path) -> bool:
    """Tell whether a body has something at a place."""
    for step in path:
        if step not in (body if isinstance(body, dict) else range(len(body))):
            return False
        body = body[step]
    return True


def test_rare_characters_are_no_fault_where_text_may_stand(everyone: Person, commands: list[Described]) -> None:
    """Seen behind the body's validation: with an If-Match that is stale nothing is carried out."""

    def tried(command: Described, path: Path) -> list[str]:
        name = str(path[0])
        base = command.least if holds(command.least, path) else {**command.least, name: command.full[name]}
        body = with_value(base, path, RARE)
        answer = everyone.post(command.service, command.at(), body, {"If-Match": '"77"'})
        if not command.fits(body):
            return points(answer, pointer(path))
        return faults_of(answer) or [f"{command.name}: {answer.text}" for code in [answer.json()["code"]] if code != "stale_version"]

    texts = [(command, path) for command in commands for path, schema in command.leaves() if schema.get("type") == "string"]
    welcome = [path[-1] for command, path in texts if command.fits(with_value(command.full, path, RARE))]
    assert {"title", "detail", "name", "reason"} <= set(welcome)
    none_of(tried(command, path) for command, path in texts)
