"""Every lane as a transparency log: whole by a stranger's check, witnessed by the other services, proved without any server."""

import time

import httpx
import psycopg
import pytest

from deploy.embedded.preflight import SERVICES
from shared.kernel.proof.checkpoints import Checkpoint
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.notes import parse
from shared.kernel.proof.receipts import verify
from shared.kernel.proof.trust import Policy
from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, TOWN, Platform
from tests.support.strangers import fsck

_SIGNED_SECONDS = 15
Lanes = dict[tuple[str, str], int]


@pytest.fixture(scope="module")
def lanes(platform: Platform) -> Lanes:
    """Every lane that holds something, with the position it reaches, once it is signed and witnessed up to there."""
    cast = Cast(platform, SHAOYANG, "tlog").registered()
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    cast.complete(project)
    need = {"kind": "need", "channel": "wechat", "title": "留证", "detail": "要有凭据。", "town": TOWN, "petitioner": {"name": "陈秀英"}}
    cast.of("citizen", "citizen-tlog").do("intake", "needs", need)
    found = {lane: written[0] for lane, written in platform.still().items() if written[0]}
    deadline = time.monotonic() + _SIGNED_SECONDS
    while not all(witnessed(platform, *lane) == head for lane, head in found.items()):
        assert time.monotonic() < deadline, {lane: (witnessed(platform, *lane), head) for lane, head in found.items()}
        time.sleep(0.2)
    return found


def at(platform: Platform, service: str, county: str, path: str, *, token: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return platform.http.get(f"{platform.urls[service]}/tlog/{county}/{path}", headers=headers)


def auditor(platform: Platform, county: str) -> str:
    return platform.person("auditor", county=county).token


def policy(platform: Platform) -> Policy:
    return Policy.parse(at(platform, "intake", SHAOYANG, "policy").content)


def witnessed(platform: Platform, service: str, county: str) -> int:
    """Return the size of a lane's latest checkpoint if the policy accepts it, 0 otherwise."""
    note = at(platform, service, county, "checkpoint")
    try:
        return policy(platform).accept(note.content).checkpoint.size
    except ProofError:
        return 0


def test_a_stranger_finds_every_lane_whole(platform: Platform, lanes: Lanes) -> None:
    assert {service for service, _ in lanes} == set(SERVICES)
    for service, county in lanes:
        url, vkey = f"{platform.urls[service]}/tlog/{county}/", at(platform, service, county, "vkey").text.strip()
        checked = fsck(url, vkey, token=auditor(platform, county))
        assert checked.sound, (service, county, checked.said)


def test_every_lane_is_cosigned_by_the_three_other_services(platform: Platform, lanes: Lanes) -> None:
    for service, county in lanes:
        accepted = policy(platform).accept(at(platform, service, county, "checkpoint").content)
        assert accepted.log.name == f"yinuo.local/{service}/{county}"
        names = {each.key.name.rpartition("/")[2] for each in accepted.witnesses}
        assert names == set(SERVICES) - {service}


def test_a_receipt_proves_an_event_without_any_server(platform: Platform, lanes: Lanes) -> None:
    trusted = policy(platform)
    for (service, county), head in lanes.items():
        for position in {1, head}:
            answer = at(platform, service, county, f"proof/{position}", token=auditor(platform, county))
            assert answer.status_code == 200
            proven = verify(answer.content, trusted, origin=f"yinuo.local/{service}/{county}")
            with platform.database(service, county) as connection:
                row = connection.execute("SELECT body FROM log.events WHERE position = %s", [position]).fetchone()
            assert row is not None
            assert (proven.event, proven.index) == (bytes(row[0]), position - 1)


@pytest.mark.usefixtures("lanes")
def test_events_are_shown_to_auditors_of_their_county_alone(platform: Platform) -> None:
    for path in ("tile/entries/000.p/1", "proof/1"):
        assert at(platform, "intake", SHAOYANG, path).status_code == 401
        assert at(platform, "intake", SHAOYANG, path, token=platform.person("office").token).status_code == 403
        assert at(platform, "intake", SHAOYANG, path, token=auditor(platform, FENG)).status_code == 403
        assert at(platform, "intake", SHAOYANG, path, token=auditor(platform, SHAOYANG)).status_code == 200
    for path in ("checkpoint", "vkey", "policy", "tile/0/000.p/1"):
        assert at(platform, "intake", SHAOYANG, path).status_code == 200


@pytest.mark.usefixtures("lanes")
@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000.p/257",
        "tile/0/999",
        "tile/0/x001",
        "tile/-1/000",
        "tile/63/000",
        "tile/0/../vkey",
        "tile/",
        "proof/0",
        "proof/x",
        "moon",
    ],
)
def test_what_is_not_there_is_not_found(platform: Platform, path: str) -> None:
    answer = at(platform, "intake", SHAOYANG, path, token=auditor(platform, SHAOYANG))
    assert answer.status_code == 404


def test_an_unknown_county_has_no_log(platform: Platform) -> None:
    for path in ("checkpoint", "vkey", "tile/0/000"):
        assert at(platform, "intake", "999999", path).status_code == 404


@pytest.mark.usefixtures("lanes")
def test_a_position_that_is_not_yet_there_is_not_yet_witnessed(platform: Platform) -> None:
    answer = at(platform, "intake", SHAOYANG, f"proof/{10**9}", token=auditor(platform, SHAOYANG))
    assert (answer.status_code, answer.json()["code"]) == (503, "not_yet_witnessed")


@pytest.mark.usefixtures("lanes")
def test_a_turned_bit_of_history_is_found_by_the_stranger(platform: Platform) -> None:
    vkey, url = at(platform, "scoring", SHAOYANG, "vkey").text.strip(), f"{platform.urls['scoring']}/tlog/{SHAOYANG}/"
    turn = "UPDATE log.events SET body = set_bit(body, 77, 1 - get_bit(body, 77)) WHERE county = %s AND position = 1"
    with psycopg.connect(platform.stack.postgres.dsn("scoring"), autocommit=True) as connection:
        connection.execute("ALTER TABLE log.events DISABLE TRIGGER append_only")
        try:
            connection.execute(turn, [SHAOYANG])
            checked = fsck(url, vkey, token=auditor(platform, SHAOYANG))
        finally:
            connection.execute(turn, [SHAOYANG])
            connection.execute("ALTER TABLE log.events ENABLE TRIGGER append_only")
    assert not checked.sound
    assert fsck(url, vkey, token=auditor(platform, SHAOYANG)).sound


def test_a_checkpoint_never_shrinks_and_its_text_is_what_was_signed(platform: Platform, lanes: Lanes) -> None:
    for (service, county), head in lanes.items():
        note = at(platform, service, county, "checkpoint").content
        assert Checkpoint.parse(parse(note).text).size >= head
