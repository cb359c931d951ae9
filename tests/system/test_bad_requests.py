"""Headers, ids, sizes, methods, addresses and parameters that are wrong: told clearly in the reader's language, nothing written."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.client import SHAOYANG, Person, Platform
from tests.support.described import UNKNOWN_ID, Described, Question, methods
from tests.support.faults import faults_of, none_of, points

pytestmark = pytest.mark.usefixtures("nothing_written")

MIB = 1 << 20
NO_IDS = (
    "x",
    "0" * 36,
    UNKNOWN_ID.replace("-", ""),
    f"{{{UNKNOWN_ID}}}",
    f"urn:uuid:{UNKNOWN_ID}",
    f" {UNKNOWN_ID}",
    "٠" * 32,
    "\x00",
    "ÿ",
    "-",
)
NO_TIMES = (
    *("", "yesterday", "1636675200", "2021-11-12", "2021-11-12T00:00:00", "2021-11-12 00:00:00Z", "2021-11-12T00:00:00z"),
    *("2021-13-01T00:00:00Z", "2021-02-29T00:00:00Z", "2021-11-12T24:00:00Z", "2021-11-12T00:00:60Z", "2021-11-12T00:00:00+24:00"),
    *("2021-W45-1T00:00:00Z", "20211112T000000Z", "2021-11-12T00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"),
    *("9999-12-31T23:59:59Z", "2021-11-12T00:00:00Z, 2021-11-12T00:00:00Z"),
)
LANGUAGES = {
    "": "zh",
    "*": "zh",
    "fr": "zh",
    "zh-CN": "zh",
    "zh-Hans-CN,en;q=0.1": "zh",
    "en": "en",
    "EN-gb": "en",
    "en;q=0": "zh",
    "fr, en;q=0.5": "en",
    "zh;q=0.1, en;q=0.9": "en",
    "en;q=0.1, zh": "zh",
    "en;q=x": "zh",
    "enx": "zh",
    "x" * 5_000: "zh",
}


def short(value: str) -> str:
    return repr(value[:30])


def both(command: Described) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where a command is given, alone and in a batch, with what would do."""
    yield command.at(), command.least
    yield command.batch, {"items": [command.item(command.least)]}


def with_header(everyone: Person, commands: list[Described], name: str, value: str, code: str) -> Iterator[list[str]]:
    for command in commands:
        for path, body in both(command):
            headers = httpx.Headers([*everyone.bearer.items(), (name, value)], encoding="utf-8")
            answer = everyone.platform.http.post(everyone.url(command.service, path), json=body, headers=headers)
            faults = faults_of(answer, status=400)
            yield faults or [f"{path}: {answer.json()['code']}" for _ in [0] if answer.json()["code"] != code]


@pytest.mark.parametrize("value", ["", "x" * 256, "a b", "é"], ids=short)
def test_a_malformed_idempotency_key_is_refused(everyone: Person, commands: list[Described], value: str) -> None:
    none_of(with_header(everyone, commands, "Idempotency-Key", value, "idempotency_key_malformed"))


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "99999999999", '"1", "2"', '"é"'], ids=short)
def test_a_malformed_if_match_is_refused(everyone: Person, commands: list[Described], value: str) -> None:
    none_of(with_header(everyone, commands, "If-Match", value, "if_match_malformed"))


@pytest.mark.parametrize("value", NO_TIMES)
def test_a_malformed_simulated_time_is_refused(everyone: Person, commands: list[Described], value: str) -> None:
    none_of(with_header(everyone, commands[:1], "Simulated-Time", value, "simulated_time_malformed"))


def test_a_stale_version_is_refused(everyone: Person, commands: list[Described]) -> None:
    def tried(command: Described, seen: str) -> list[str]:
        answer = everyone.post(command.service, command.at(), command.least, {"If-Match": seen})
        return faults_of(answer, status=412) or [command.name for _ in [0] if answer.json()["code"] != "stale_version"]

    none_of(tried(command, seen) for command in commands for seen in ('"77"', "77", 'W/"77"'))


def test_what_does_not_exist_is_not_found(everyone: Person, commands: list[Described], queries: list[Question]) -> None:
    """An id that is none, or of nothing: on commands, as items of a batch, and on queries."""

    def in_batch(command: Described) -> list[str]:
        items = [command.item(command.least, no_id) for no_id in (*NO_IDS, UNKNOWN_ID)]
        answer = everyone.post(command.service, command.batch, {"items": items})
        return [f"{command.name} {at}: {one}" for at, one in zip(items, answer.json()["items"], strict=True) if one["status"] != 404]

    named = [command for command in commands if command.ids]
    assert len(named) > 15
    none_of(
        faults_of(everyone.post(command.service, command.at(quoted(no_id)), command.least), status=404)
        for command in named
        for no_id in (*NO_IDS, UNKNOWN_ID)
    )
    none_of(in_batch(command) for command in named)
    asked = [query for query in queries if "{" in query.path]
    none_of(
        faults_of(everyone.get(query.service, query.at(quoted(no_id))), status=404) for query in asked for no_id in (*NO_IDS, UNKNOWN_ID)
    )


@pytest.mark.parametrize("county", ["110101", "430522", "43052", "4305231", "４３０５２３", "430523%0A", "430523%20", "%00", "yinuo"])
def test_a_county_that_is_not_served_is_not_found(platform: Platform, everyone: Person, commands: list[Described], county: str) -> None:
    own = platform.person("office", county=county) if re.fullmatch("[0-9]{6}", county) else everyone

    def tried(command: Described) -> Iterator[list[str]]:
        for person in (everyone, own):
            for path, body in both(command):
                url = f"{platform.urls[command.service]}/v1/{county}/{path}"
                yield faults_of(platform.http.post(url, json=body, headers=person.bearer), status=404)

    none_of(faults for command in commands for faults in tried(command))


def test_a_body_of_more_than_a_mebibyte_is_refused(everyone: Person, commands: list[Described]) -> None:
    """Said beforehand, found out on the way, and to the byte."""

    def tried(command: Described) -> Iterator[list[str]]:
        for path, _ in both(command):
            url = everyone.url(command.service, path)
            post = everyone.platform.http.post
            yield faults_of(post(url, content=b"[" * (MIB + 1), headers=everyone.bearer), status=413)
            yield faults_of(post(url, content=(b"[" * (MIB // 16) for _ in range(17)), headers=everyone.bearer), status=413)
            yield faults_of(post(url, content=b"[" * MIB, headers=everyone.bearer), status=400)

    none_of(faults for command in commands for faults in tried(command))


@pytest.mark.parametrize("last", [False, True], ids=["kept", "closed"])
def test_who_sends_a_large_body_to_its_end_still_reads_why_it_was_refused(
    platform: Platform, everyone: Person, commands: list[Described], *, last: bool
) -> None:
    """A connection closed while the other side writes is reset, and the answer lost: plain clients write first, then read."""
    told = {"Connection": "close"} if last else {}
    for command in {command.service: command for command in commands}.values():
        url = platform.urls[command.service]
        paths = platform.description(command.service)["paths"].items()
        read_only = next(path.removeprefix("/v1/{county}/") for path, item in paths if "post" not in item and path.count("{") == 1)
        for path, headers, status in (
            ("nowhere:batch", everyone.bearer, 404),
            (read_only, {}, 405),
            (command.batch, {}, 401),
            (command.batch, everyone.bearer, 413),
        ):
            with closing(HTTPConnection(url.removeprefix("http://"), timeout=30)) as connection:
                connection.request("POST", f"/v1/{SHAOYANG}/{path}", b"[" * 8 * MIB, {**headers, **told})
                assert connection.getresponse().status == status


def test_a_method_that_an_address_does_not_take_is_refused(platform: Platform, everyone: Person) -> None:
    """As not allowed; or as not found, where with that method the address could only be another's id (`GET …/needs/route:batch`)."""

    def tried(service: str, path: str, described: set[str]) -> Iterator[list[str]]:
        url = platform.urls[service] + re.sub(r"{\w+}", UNKNOWN_ID, path.replace("{county}", SHAOYANG))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - described:
            answer = platform.http.request(method, url, headers=everyone.bearer)
            another_id = method == "GET" and path.endswith(":batch") and answer.status_code == 404
            allowed = {name.strip() for name in answer.headers.get("allow", "").split(",")}
            yield faults_of(answer, status=404 if another_id else 405)
            yield [f"{method} {path}: Allow: {allowed}" for _ in [0] if not another_id and (method in allowed or not described <= allowed)]

    none_of(
        faults
        for service in platform.urls
        for path, described in methods(platform, service).items()
        for faults in tried(service, path, described)
    )


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/v1", "/v1/", f"/v1/{SHAOYANG}", f"/v1/{SHAOYANG}/", f"/v1/{SHAOYANG}/nothing", f"/v1//{SHAOYANG}/needs", "//livez"),
        *(f"/v1/{SHAOYANG}/figures/", f"/V1/{SHAOYANG}/figures", f"/v2/{SHAOYANG}/figures", f"/v1/{SHAOYANG}/figures%20"),
        *("/docs", "/redoc", "/readyz/", "/.env", "/v1/..%2f..%2fetc/passwd", "/schemas/intake/Nothing/1", "/" + "a" * 9_000),
    ],
)
def test_an_address_that_nothing_is_at_is_not_found(platform: Platform, everyone: Person, path: str) -> None:
    none_of(
        faults_of(platform.http.request(method, url + path, headers=everyone.bearer), status=404)
        for url in platform.urls.values()
        for method in ("GET", "POST")
    )


@pytest.mark.parametrize(("accepted", "spoken"), LANGUAGES.items(), ids=short)
def test_problems_speak_the_language_that_is_preferred(everyone: Person, commands: list[Described], accepted: str, spoken: str) -> None:
    def tried(command: Described) -> Iterator[list[str]]:
        yield faults_of(
            everyone.post(command.service, command.at(), {"admin": 1}, {"Accept-Language": accepted}), status=422, language=spoken
        )
        batch = everyone.post(command.service, command.batch, {"items": [command.item({"admin": 1})]}, {"Accept-Language": accepted})
        chinese = "\u4e00" <= batch.json()["items"][0]["problem"]["title"][0] <= "\u9fff"
        yield [f"{command.batch}: {batch.text[:200]}" for _ in [0] if chinese != (spoken == "zh")]

    none_of(faults for command in commands for faults in tried(command))


def test_parameters_that_are_none_or_wrong_are_pointed_at(everyone: Person, queries: list[Question]) -> None:
    def ask(query: Question, given: str, name: str) -> list[str]:
        return points(everyone.platform.http.get(f"{everyone.url(query.service, query.at())}?{given}", headers=everyone.bearer), f"/{name}")

    def tried(query: Question) -> Iterator[list[str]]:
        yield ask(query, "nothing=1", "nothing")
        for name, schema in query.parameters.items():
            for value in ("%00", "a%00b", *WRONG_VALUES.get(kind_of(schema), ())):
                yield ask(query, f"{name}={value}", name)
            yield ask(query, f"{name}=1&{name}=1", name)

    assert {kind_of(schema) for query in queries for schema in query.parameters.values()} == {*WRONG_VALUES, "string"}
    none_of(faults for query in queries for faults in tried(query))


WRONG_VALUES = {
    "integer": ("", "x", "-1", "1.5", "1e2", "0x10", "9" * 19, "9" * 400, "null", "%F0%A0%AE%B7", "[1]"),
    "boolean": ("", "x", "2", "null"),
    "enum": ("", "x", "NEED", "%F0%A0%AE%B7"),
    "pattern": ("", "%20", "a" * 200, "%0A", "%F0%A0%AE%B7", "%C2%9B"),
}


def kind_of(schema: dict[str, Any]) -> str:
    """Tell what a parameter takes."""
    schema = next((option for option in schema.get("anyOf", []) if option.get("type") != "null"), schema)
    return next((kind for kind in ("enum", "pattern") if kind in schema), schema["type"])


def quoted(no_id: str) -> str:
    """Write an id into a path."""
    return quote(no_id, safe="")


def test_what_was_sent_is_never_said_back(everyone: Person, commands: list[Described]) -> None:
    """A body that is refused may hold somebody's name and number."""
    needle = "欧阳13900001111"

    def tried(command: Described) -> Iterator[list[str]]:
        for name in (*command.full, "more"):
            for value in (f"{needle}\x00", [needle], {needle: needle}):
                answer = everyone.post(command.service, command.at(), {**command.full, name: value})
                told = json.dumps(answer.json(), ensure_ascii=False).replace(f"/{name}/{needle}", "")
                yield faults_of(answer) or [f"{command.name}: {told[:300]}" for _ in [0] if needle in told]

    none_of(faults for command in commands for faults in tried(command))
