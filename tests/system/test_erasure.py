"""People who are erased: their names and numbers are nowhere any more, and every proof of what happened holds as before."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.embedded.preflight import SERVICES
from shared.kernel.proof.receipts import verify
from shared.kernel.proof.trust import Policy
from tests.support.cast import Cast
from tests.support.client import COUNTIES, SHAOYANG, TOWN, Platform
from tests.support.deployments import described_in
from tests.support.searching import found_in, tables
from tests.support.strangers import fsck
from tests.support.up import soon, yinuo

TEXTS = NAME, PHONE = "诸葛亮明辉𠮷", "139123450"
"""How everybody's name and number begins: to look for these is to look for all of them."""
PEOPLE = {f"{NAME}{last}": f"{PHONE}{number}" for number, last in enumerate("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", start=10)}
MARK = "抹去以后仍在的标题𪚥"
"""What stays: it shows that the search finds."""
JOINED = 5


@dataclass(frozen=True)
class Erased:
    """What was to be had before the people were erased, and where they stand."""

    places: list[tuple[str, int]]
    receipts: Mapping[int, bytes]
    before: list[bytes]
    packs: list[Path]


def bodies(platform: Platform) -> list[bytes]:
    with platform.database("intake", SHAOYANG) as connection:
        return [bytes(row[0]) for row in connection.execute("SELECT body FROM log.events ORDER BY position")]


def receipt(platform: Platform, position: int) -> bytes:
    headers = {"Authorization": f"Bearer {platform.person('auditor').token}"}
    url = f"{platform.urls['intake']}/tlog/{SHAOYANG}/proof/{position}"
    soon(lambda: platform.http.get(url, headers=headers).status_code == 200)
    return platform.http.get(url, headers=headers).content


def packed(platform: Platform, folder: Path, name: str) -> Path:
    file, deployment = folder / name, described_in(platform.stack.info, folder, COUNTIES)
    outcome = yinuo("events", "export", "--county", SHAOYANG, "--out", file, "--deployment", deployment)
    assert outcome.returncode == 0, outcome.stderr
    return file


@pytest.fixture(scope="module")
def erased(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Erased:
    """Twenty people: fifteen who submitted something, five who joined; all known to the office, then erased."""
    cast, folder = Cast(platform, SHAOYANG, "erasure").registered(), tmp_path_factory.mktemp("erasure")
    clerk, office, people = cast.of("clerk"), cast.of("office"), list(PEOPLE.items())
    need = {"kind": "need", "channel": "counter", "title": MARK, "detail": "路灯坏了两个月。", "town": TOWN}
    items = [{"body": {**need, "petitioner": {"name": name, "phone": phone}}} for name, phone in people[JOINED:]]
    made = [item["id"] for item in clerk.batch("intake", "needs", items)]
    places = [(need_id, 1) for need_id in made]
    for number, (need_id, (name, phone)) in enumerate(zip(made, people[:JOINED], strict=False)):
        citizen = cast.of("citizen", f"citizen-erasure-{number}")
        citizen.do("intake", f"needs/{need_id}/join", {"channel": "wechat", "petitioner": {"name": name, "phone": phone}})
        places.append((need_id, 2))
    for (need_id, number), (name, phone) in zip(places, people[JOINED:] + people[:JOINED], strict=True):
        shown = office.post("intake", f"needs/{need_id}/reveal", {"petitioner": number, "purpose": "核实"}).json()
        assert shown.get("person") == {"state": "shown", "name": name, "phone": phone}, shown
    project = cast.propose(made[0])
    cast.approve(project)
    platform.still()
    before = bodies(platform)
    positions = [number for number, body in enumerate(before, start=1) if MARK.encode() in body or b'"NeedJoined"' in body]
    receipts, packs = {position: receipt(platform, position) for position in positions[-20:]}, [packed(platform, folder, "before.zip")]
    for need_id, number in places:
        office.do("intake", f"needs/{need_id}/erase", {"petitioner": number, "reason": "本人要求"})
    platform.still()
    packs.append(packed(platform, folder, "after.zip"))
    return Erased(places, receipts, before, packs)


def test_reads_show_that_somebody_was_there_and_nothing_of_who(platform: Platform, erased: Erased) -> None:
    office = platform.person("office")
    for need_id, number in erased.places:
        voices = office.see("intake", "petitions", need_id=need_id)["items"]
        assert [voice["person"]["state"] for voice in voices if voice["number"] == number] == ["erased"]
        refusal = office.refused("intake", f"needs/{need_id}/reveal", {"petitioner": number, "purpose": "再看"})
        assert refusal == "petitioner_erased"
        shown = (office.get("intake", f"needs/{need_id}").content, office.get("intake", f"needs/{need_id}/history").content)
        assert found_in(TEXTS, b"".join(shown)) == []
        assert MARK.encode() in shown[0]


def test_their_keys_are_gone_from_the_vault(platform: Platform, erased: Erased) -> None:
    persons = [json.loads(body)["data"]["person"] for body in bodies(platform)[len(erased.before) :] if b'"PetitionerErased"' in body]
    assert len(persons) == len(PEOPLE)
    with platform.superuser("intake") as connection:
        assert connection.execute("SELECT count(*) FROM vault.keys WHERE person = ANY(%s::uuid[])", [persons]).fetchone() == (0,)


@pytest.mark.usefixtures("erased")
def test_they_are_in_no_table_of_any_service(platform: Platform) -> None:
    seen = b""
    for service in SERVICES:
        for name, rows in tables(platform, service):
            assert found_in(TEXTS, rows) == [], f"{service} {name}"
            seen += rows if name in ("log.events", "read.need_board") else b""
    assert MARK.encode() in seen
    assert MARK.encode().hex().encode() in seen


@pytest.mark.usefixtures("erased")
async def test_they_are_in_no_record_of_any_topic(platform: Platform) -> None:
    topics = [f"{service}.{kind}.v1" for service in SERVICES for kind in ("events", "checkpoints")]
    consumer = AIOKafkaConsumer(*topics, bootstrap_servers=platform.stack.info.kafka, group_id=None, auto_offset_reset="earliest")
    await consumer.start()
    try:
        ends = await consumer.end_offsets(list(consumer.assignment()))
        everything = bytearray()
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    everything += b"\n".join((record.value or b"", record.key or b"", *(value or b"" for _, value in record.headers)))
    finally:
        await consumer.stop()
    assert MARK.encode() in everything
    assert found_in(TEXTS, bytes(everything)) == []


def test_they_are_in_no_file_and_in_no_pack_whenever_it_was_made(platform: Platform, erased: Erased) -> None:
    files = [file for file in Path(platform.stack.info.data).rglob("*") if file.is_file()]
    seen = set()
    for file in (*files, *erased.packs):
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            continue  # the database has just let go of it
        assert found_in(TEXTS, content) == [], str(file)
        seen |= {file.suffix} if MARK.encode() in content else set()
    assert ".zip" in seen
    for pack in erased.packs:
        with zipfile.ZipFile(pack) as archive:
            assert found_in(TEXTS, b"".join(archive.read(name) for name in archive.namelist())) == []


def test_every_proof_from_before_holds_and_new_ones_are_of_the_same_bytes(platform: Platform, erased: Erased) -> None:
    assert bodies(platform)[: len(erased.before)] == erased.before
    policy = Policy.parse(platform.http.get(f"{platform.urls['intake']}/tlog/{SHAOYANG}/policy").content)
    for position, proof in erased.receipts.items():
        assert verify(proof, policy).event == verify(receipt(platform, position), policy).event == erased.before[position - 1]
    last = len(bodies(platform))
    assert b"PetitionerErased" in verify(receipt(platform, last), policy).event
    url = f"{platform.urls['intake']}/tlog/{SHAOYANG}/"
    checked = fsck(url, platform.http.get(f"{url}vkey").text.strip(), token=platform.person("auditor").token)
    assert checked.sound, checked.said
    trust = Path(platform.stack.info.data) / "secrets/trust.policy"
    for pack in erased.packs:
        assert yinuo("events", "verify-pack", pack, "--policy", trust).returncode == 0
