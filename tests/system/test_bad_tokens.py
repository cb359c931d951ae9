"""A token that proves nothing opens nothing: no command, no batch, no query of any service."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from deploy.embedded.issuer import AUDIENCE, ISSUER, ROLES
from tests.support.client import FENG, SHAOYANG, TOWN, Person, Platform
from tests.support.described import Described, Question
from tests.support.faults import faults_of, none_of

pytestmark = pytest.mark.usefixtures("nothing_written")

LEFT_OUT = object()
NO_TIMES: tuple[Any, ...] = ("9999999999", True, None, [], {}, float("inf"), float("nan"), 10**400, -1)
NO_CODES: tuple[Any, ...] = (7, [TOWN], {}, "a\x00b", "\ud800", "a" * 60_000)
CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1_000_000_000},
    "not yet valid": {"nbf": 9_999_999_999},
    "issued tomorrow": {"iat": 9_999_999_999},
    "without an end": {"exp": LEFT_OUT},
    **{f"ends at {end!r}": {"exp": end} for end in NO_TIMES},
    **{f"for {who!r}": {"aud": who} for who in ("others", ["others"], {"yinuo": 1}, "", None, 7, "YINUO")},
    **{f"by {who!r}": {"iss": who} for who in ("https://issuer.example", [ISSUER], ISSUER + "/", "", None, 7)},
    **{f"of {who!r}": {"sub": who} for who in ("", None, 7, ["a"], "a\x00b", "a\nb", "\ud800", "a" * 60_000)},
    **{f"in {where!r}": {"county": where} for where in ("", None, 430523, SHAOYANG + "\n", "４３０５２３", [SHAOYANG], LEFT_OUT)},
    **{
        f"as {roles!r}": {"roles": roles}
        for roles in (
            "office",
            [],
            None,
            [None],
            [""],
            {"office": 1},
            ["system"],
            ["office", "system"],
            ["public"],
            ["\x00"],
            ["\ud800"],
            LEFT_OUT,
        )
    },
    **{f"unit {unit!r}": {"unit": unit} for unit in NO_CODES},
    **{f"branch {branch!r}": {"branch": branch} for branch in NO_CODES},
}
HEADERS: dict[str, bytes] = {
    name: f"{{{text}}}".encode("utf-8", "surrogatepass")
    for name, text in {
        "none": '"alg": "none"',
        "None": '"alg": "None"',
        "other algorithm": '"alg": "ES384"',
        "algorithm a list": '"alg": ["ES256"]',
        "algorithm a number": '"alg": 1',
        "algorithm an object": '"alg": {}',
        "no algorithm": '"typ": "JWT"',
        "key id a list": '"alg": "ES256", "kid": []',
        "unknown key id": '"alg": "ES256", "kid": "nobody"',
        "key brought along": '"alg": "ES256", "jwk": {"kty": "EC"}',
        "key to fetch": '"alg": "ES256", "jku": "https://issuer.example/keys"',
        "critical unknown": '"alg": "ES256", "crit": ["x"]',
        "critical no list": '"alg": "ES256", "crit": 1',
        "unencoded payload": '"alg": "ES256", "b64": false, "crit": ["b64"]',
        "deep": '"alg": ' + "[" * 20_000,
        "deep and whole": '"alg": ' + "[" * 3_000 + "]" * 3_000,
        "long number": '"alg": ' + "9" * 5_000,
        "surrogate": '"alg": "\\ud800"',
        "not UTF-8": '"alg": "\udcff"',
    }.items()
} | {"a list": b"[]", "null": b"null", "a text": b'"ES256"', "nothing": b"", "no JSON": b"\xff\xfe"}
JUNK = ("a", "a.b.c", "..", "...", "a.b.c.d.e", "=", "-" * 100_000, "a.b", "é.b.c", "Bearer", "a, b")


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changed: Any) -> bytes:
    """Claims as the issuer gives them to somebody with every role, some of them otherwise."""
    now = int(time.time())
    own = {"iss": ISSUER, "aud": AUDIENCE, "sub": "somebody", "county": SHAOYANG, "roles": list(ROLES), "unit": TOWN}
    whole = {**own, "iat": now, "nbf": now, "exp": now + 600, **changed}
    return json.dumps({name: value for name, value in whole.items() if value is not LEFT_OUT}).encode()


def signed(key: Any, payload: bytes, algorithm: str = "ES256", **header: Any) -> str:
    return jws.serialize_compact({"alg": algorithm, "typ": "JWT", **header}, payload, key, algorithms=[algorithm])


def forged(platform: Platform) -> Iterator[tuple[str, str]]:
    """Tokens whose signature is not the issuer's, by what is wrong with them."""
    key = platform.issuer._key
    real = signed(key, claims(), kid=key.kid)
    head, payload, signature = real.split(".")
    symmetric = encoded(b'{"alg": "HS256", "typ": "JWT"}')
    yield "of an unknown key", signed(ECKey.generate_key("P-256"), claims())
    yield "of an unknown key under a known name", signed(ECKey.generate_key("P-256"), claims(), kid=key.kid)
    yield "of another kind of key", signed(RSAKey.generate_key(2048), claims(), "RS256", kid=key.kid)
    yield "of another curve", signed(ECKey.generate_key("P-384"), claims(), "ES384", kid=key.kid)
    for name, secret in {"PEM": key.as_pem(private=False), "JWK": json.dumps(key.as_dict(private=False)).encode(), "empty": b""}.items():
        unsigned = f"{symmetric}.{payload}"
        yield (
            f"of the public key taken for a secret ({name})",
            f"{unsigned}.{encoded(hmac.digest(secret, unsigned.encode(), hashlib.sha256))}",
        )
    yield "of a secret", signed(OctKey.generate_key(256), claims(), "HS256")
    yield "with another payload", f"{head}.{encoded(claims(sub='somebody-else'))}.{signature}"
    yield "with its signature cut short", f"{head}.{payload}.{signature[:-8]}"
    yield "without its signature", f"{head}.{payload}."
    yield "with more behind it", f"{real}.{signature}"
    yield "with a signature of zeros", f"{head}.{payload}.{encoded(bytes(64))}"
    for name, header in HEADERS.items():
        for end in (signature, ""):
            yield f"with a header of {name}", f"{encoded(header)}.{payload}.{end}"


def everywhere(person: Person, commands: list[Described], queries: list[Question], status: int) -> Iterator[list[str]]:
    """Ask everything there is to ask with one token, but what is for everybody."""
    for command in (command for command in commands if not command.public):
        yield faults_of(person.post(command.service, command.at(), command.least), status=status)
        yield faults_of(person.post(command.service, command.batch, {"items": [command.item(command.least)]}), status=status)
    for query in (query for query in queries if not query.public):
        yield faults_of(person.get(query.service, query.at()), status=status)


def knocking(platform: Platform, tokens: Iterator[tuple[str, str]]) -> Iterator[list[str]]:
    """Knock at one door of every service with many tokens."""
    for name, token in tokens:
        for service in platform.urls:
            answer = Person(platform, SHAOYANG, token).get(service, "figures")
            told = answer.headers.get("www-authenticate", "")
            yield [f"a token {name:.60}: {fault}" for fault in faults_of(answer, status=401)] or [
                name for _ in [0] if not told.startswith("Bearer")
            ]


def test_what_is_signed_as_it_should_be_opens(platform: Platform) -> None:
    """Otherwise the others would be refused for a reason of this test's own."""
    key = platform.issuer._key
    for service in platform.urls:
        assert Person(platform, SHAOYANG, signed(key, claims(), kid=key.kid)).get(service, "figures").status_code == 200
        assert Person(platform, SHAOYANG, signed(key, claims(aud=["others", AUDIENCE]))).get(service, "figures").status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Token x", "bearer", "Negotiate"])
def test_without_a_token_nothing_opens(platform: Platform, commands: list[Described], queries: list[Question], header: str) -> None:
    class Stranger(Person):
        @property
        def bearer(self) -> dict[str, str]:
            return {"Authorization": header} if header else {}

    none_of(everywhere(Stranger(platform, SHAOYANG, ""), commands, queries, 401))


def test_what_is_for_everybody_opens_without_a_token_and_to_no_unknown_county(
    platform: Platform, commands: list[Described], queries: list[Question]
) -> None:
    class Stranger(Person):
        @property
        def bearer(self) -> dict[str, str]:
            return {}

    for county in (SHAOYANG, "999999"):
        stranger = Stranger(platform, county, "")
        none_of(faults_of(stranger.post(at.service, at.at(), at.least), status=404) for at in commands if at.public)
        for at in (query for query in queries if query.public):
            shown = county == SHAOYANG and "{" not in at.path
            assert stranger.get(at.service, at.at()).status_code == (200 if shown else 404), at


def test_another_countys_token_opens_nothing(platform: Platform, commands: list[Described], queries: list[Question]) -> None:
    foreign = platform.person(*ROLES, county=FENG, unit=TOWN)
    none_of(everywhere(Person(platform, SHAOYANG, foreign.token), commands, queries, 403))


@pytest.mark.parametrize(
    "what", ["expired", "for 'others'", "by 'https://issuer.example'", "of an unknown key under a known name", "with a header of none"]
)
def test_a_token_that_proves_nothing_opens_nothing(
    platform: Platform, commands: list[Described], queries: list[Question], what: str
) -> None:
    key = platform.issuer._key
    token = signed(key, claims(**CLAIMS[what]), kid=key.kid) if what in CLAIMS else dict(forged(platform))[what]
    none_of(everywhere(Person(platform, SHAOYANG, token), commands, queries, 401))


def test_forged_tokens_open_nothing(platform: Platform) -> None:
    none_of(knocking(platform, forged(platform)))


def test_claims_that_are_not_as_agreed_open_nothing(platform: Platform) -> None:
    """Even under the right signature: what an issuer puts in a claim goes into every event."""
    key = platform.issuer._key
    none_of(knocking(platform, ((name, signed(key, claims(**changed), kid=key.kid)) for name, changed in CLAIMS.items())))


def test_junk_opens_nothing(platform: Platform) -> None:
    none_of(
        faults_of(platform.http.get(f"{url}/v1/{SHAOYANG}/figures", headers=[(b"Authorization", f"Bearer {junk}".encode())]), status=401)
        for url in platform.urls.values()
        for junk in JUNK
    )
