"""What a plain Kafka client sees is the log: dense lanes of the very bytes, and nobody's name or number anywhere."""

import asyncio
import json
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from deploy.embedded.preflight import SERVICES
from tests.support.cast import GOOD, Cast, at
from tests.support.client import COUNTIES, FENG, INVENTED, SHAOYANG, Asked, Platform, at_once, leaf_hash
from tests.support.faults import faults_of
from tests.support.searching import found_in, tables

NAME, PHONE, MEMBER = "欧阳𠮷祥瑞", "13987650001", "司马𡈽生"
PERSONAL = (NAME, PHONE, MEMBER)
TITLE = "寻得到的标题𪚥"
"""What may be found: it shows that the search finds."""
PETITIONER = {"name": NAME, "phone": PHONE}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
Record: TypeAlias = ConsumerRecord[bytes, bytes]
Lanes = dict[tuple[str, str], list[Record]]
"""Per service and Kafka key."""


@pytest.fixture(scope="module")
async def _worked(platform: Platform) -> None:
    """All four services have published in several counties, from many writers at once, with people's names in what came in."""
    for county in (SHAOYANG, FENG):
        cast = Cast(platform, county, "lanes").registered(MEMBER)
        project = cast.propose(cast.submit(TITLE, PETITIONER)["id"])
        cast.approve(project)
        cast.pledge(project)
        cast.complete(project, {"traceparent": TRACE})
        cast.judge.eventually("scoring", f"verifications/{project}", status="open")
        cast.score(project, GOOD)
        bulletin = {"kind": "bulletin", "title": TITLE, "text": "情况通报。", "addressees": [cast.unit]}
        cast.of("office").do("supervision", "notices", bulletin, at("2021-12-01T00:00:00"))
    need = {"kind": "opinion", "channel": "hotline", "title": TITLE, "detail": "请看。", "petitioner": PETITIONER}
    told = [county for county in COUNTIES if county != INVENTED]  # whose time belongs to the tests that invent it
    clerks = {county: platform.person("clerk", county=county) for county in told}
    asked: list[Asked] = [(clerks[county], "intake", "needs", {**need, "town": f"{county}100"}, {}) for _ in range(60) for county in told]
    assert {answer.status_code for answer in await at_once(asked)} == {201}
    clerk, office = clerks[SHAOYANG], platform.person("office")
    for wrong in ({**need, "town": FENG + "100"}, {**need, "title": 7}, {**need, "more": PHONE}, {"petitioner": {"name": NAME + "\x00"}}):
        assert faults_of(clerk.post("intake", "needs", wrong)) == []
    assert office.refused("projects", "members", {"account": "x", "name": MEMBER, "unit": "nowhere"}) == "unit_not_registered"
    platform.still()


@pytest.fixture(scope="module")
async def records(platform: Platform, _worked: None) -> Lanes:
    """Everything on the topics, read from the beginning to the heads of the lanes."""
    heads = {lane: position for lane, (position, *_) in platform.written().items() if position}
    topics = [f"{service}.events.v1" for service in SERVICES]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=platform.stack.info.kafka, group_id=None, auto_offset_reset="earliest")
    found: Lanes = {}
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            while any(lane not in found or position_of(found[lane][-1]) < head for lane, head in heads.items()):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    for record in batch:
                        found.setdefault((record.topic.partition(".")[0], (record.key or b"").decode()), []).append(record)
    finally:
        await consumer.stop()
    return found


def position_of(record: Record) -> int:
    return int(json.loads(record.value or b"")["position"])


def logged(platform: Platform, lane: tuple[str, str]) -> list[tuple[int, bytes, bytes]]:
    with platform.database(*lane) as connection:
        return list(connection.execute("SELECT position, body, leaf_hash FROM log.events ORDER BY position"))


def test_every_lane_is_dense_and_in_order(platform: Platform, records: Lanes) -> None:
    assert set(records) == {lane for lane, (position, *_) in platform.written().items() if position}
    others = [lane for lane in records if lane[1] != INVENTED]  # it has lanes only where its own tests ran before
    assert len(others) == 9, "four services in two counties, and intake in the third"
    for (service, county), lane in records.items():
        positions = [position_of(record) for record in lane]
        once = list(dict.fromkeys(positions))
        assert once == list(range(1, platform.written()[service, county][0] + 1)), f"{service} {county}"
        if service not in platform.killed:  # what was sent when its writer was killed may be sent again, and is then the same
            assert positions == once, f"{service} {county}"
        assert len({record.partition for record in lane}) == 1


def test_the_bytes_are_those_of_the_log_and_of_its_leaves(platform: Platform, records: Lanes) -> None:
    for lane, seen in records.items():
        values = {position_of(record): record.value for record in seen}
        kept = logged(platform, lane)
        assert {record.value for record in seen} == set(values.values())
        assert values == {position: bytes(body) for position, body, _ in kept}
        assert all(leaf_hash(values[position]) == bytes(leaf) for position, _, leaf in kept)


def test_every_record_is_what_its_headers_say(records: Lanes) -> None:
    traced = 0
    for (service, county), lane in records.items():
        for record in lane:
            event, headers = json.loads(record.value), dict(record.headers)
            assert record.key == county.encode()
            assert (event["specversion"], event["source"], event["county"]) == ("1.0", f"/{service}/{county}", county)
            assert (headers["ce_type"], headers["ce_id"]) == (event["type"].encode(), event["id"].encode())
            assert headers["content-type"] == b"application/cloudevents+json"
            assert headers.get("traceparent", b"").decode() == event.get("traceparent", "")
            assert headers.keys() == dict.fromkeys(name for name, _ in record.headers).keys()
            traced += headers.get("traceparent", b"").startswith(TRACE[:35].encode())
    assert traced >= 4, "the two completions, and what followed from them in another service"


def test_time_only_goes_forward_in_a_lane(records: Lanes) -> None:
    for lane in records.values():
        times = {int(event["position"]): datetime.fromisoformat(event["time"]) for event in (json.loads(record.value) for record in lane)}
        assert all(times[a] < times[b] for a, b in pairwise(sorted(times)))


def test_nobodys_name_or_number_is_on_kafka(records: Lanes) -> None:
    everything = b"".join(
        part for lane in records.values() for record in lane for part in (record.value, record.key, *(value for _, value in record.headers))
    )
    assert TITLE.encode() in everything
    assert found_in(PERSONAL, everything) == []


@pytest.mark.usefixtures("_worked")
def test_nobodys_name_or_number_is_in_any_table(platform: Platform) -> None:
    seen = b""
    for service in SERVICES:
        for name, rows in tables(platform, service):
            assert found_in(PERSONAL, rows) == [], f"{service} {name}"
            seen += rows
    assert TITLE.encode() in seen
    assert TITLE.encode().hex().encode() in seen, "bodies are bytes, shown in hexadecimal"


@pytest.mark.usefixtures("_worked")
def test_nobodys_name_or_number_is_in_any_file(platform: Platform) -> None:
    """Nor in what Kafka, PostgreSQL and the services write to the disk: data, write-ahead log, logs."""
    seen = set()
    for file in Path(platform.stack.info.data).rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert found_in(PERSONAL, content) == [], str(file)
            seen |= {file.relative_to(platform.stack.info.data).parts[0]} if TITLE.encode() in content else set()
    assert {"kafka", "postgres"} <= seen


@pytest.mark.usefixtures("_worked")
def test_nobodys_name_or_number_is_in_the_figures(platform: Platform) -> None:
    for url in platform.urls.values():
        assert found_in(PERSONAL, platform.http.get(f"{url}/metrics").content) == []
