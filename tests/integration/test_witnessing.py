"""A witness cosigns what follows from what it saw, says nothing to what it has seen, and keeps what contradicts it as evidence."""

import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from aiokafka import ConsumerRecord

from deploy.trust import trust_policy
from shared.kernel.proof.checkpoints import Checkpoint, sign_checkpoint
from shared.kernel.proof.merkle import leaf_hash, verify_consistency
from shared.kernel.proof.proving import prove_consistency
from shared.kernel.proof.tiling import Edge, hashes_from
from shared.kernel.proof.witnessing import AddCheckpoint
from shared.kernel.transparency.identity import Identity, origin_of
from shared.kernel.transparency.notary import Notary
from shared.kernel.transparency.trees import Trees
from shared.kernel.transparency.witness import Witness
from tests.support.lab import A, B, Lab

DEPLOYMENT = "here.example"


@dataclass
class Bench:
    """Two services of a deployment: this one, and `other`, whose log is made up here."""

    notary: Notary
    witness: Witness
    other: Identity
    published: list[tuple[bytes, dict[str, str]]]

    def request(self, old: int, leaves: Sequence[bytes], county: str = A) -> bytes:
        """Return what the other's log publishes over these leaves, from an old size on."""
        edge, tiles = Edge().append(leaves)
        read = dict(tiles)
        proof = prove_consistency(old, edge.size, hashes_from(read.__getitem__, edge.size))
        checkpoint = Checkpoint(self.other.origin(county), edge.size, edge.root)
        return AddCheckpoint.of(old, proof, sign_checkpoint(checkpoint, self.other.log_keys(county)[0])).dump()

    async def take(self, value: bytes | None, *, kind: str = "checkpoint", origin: str | None = None, key: str = A) -> None:
        """Hand the witness a record."""
        headers = [("kind", kind.encode()), ("origin", (origin or self.other.origin(A)).encode()), ("size", b"1")]
        fields = {"topic": "t", "partition": 0, "offset": 0, "timestamp": 0, "timestamp_type": 0, "checksum": None}
        sizes = {"serialized_key_size": 0, "serialized_value_size": 0}
        await self.witness.take(ConsumerRecord(key=key.encode(), value=value, headers=headers, **fields, **sizes))


@pytest.fixture
async def bench(lab: Lab, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    folder, service = tmp_path_factory.mktemp("keys"), lab.things.contract.service
    keys = {name: (folder / f"{name}.log", folder / f"{name}.witness") for name in (service, "other")}
    for file in (file for pair in keys.values() for file in pair):
        file.write_text(os.urandom(32).hex() + "\n")
    trust = folder / "trust.policy"
    trust.write_bytes(trust_policy(DEPLOYMENT, keys, [A, B]).dump())
    own, other = (Identity.read(DEPLOYMENT, name, log_keys=log, witness_key=witness, trust=trust) for name, (log, witness) in keys.items())
    notary = Notary(own, lab.pool, lab.kafka, lab.clock, [A, B])
    found = Bench(notary, Witness(own, notary, lab.pool, lab.kafka, lab.clock), other, [])

    async def publish(value: bytes, _county: str, headers: dict[str, str]) -> None:
        found.published.append((value, headers))

    monkeypatch.setattr(notary, "publish", publish)
    yield found
    await notary.stop()


def leaves(count: int, *, forked_at: int | None = None) -> list[bytes]:
    return [leaf_hash(f"event {number}{' forked' if number == forked_at else ''}".encode()) for number in range(count)]


async def test_what_follows_is_cosigned_and_what_was_seen_is_passed_over(bench: Bench) -> None:
    first, second = bench.request(0, leaves(3)), bench.request(3, leaves(300))
    for value in (first, first, second, first, second):
        await bench.take(value)
    assert [headers["size"] for _, headers in bench.published] == ["3", "300"]
    assert all(value.startswith("— here.example/witness/".encode()) for value, _ in bench.published)
    assert await bench.witness.alarms(A) == []


@pytest.mark.parametrize(
    ("old", "grown", "code"),
    [(300, leaves(400, forked_at=7), "consistency_proof_wrong"), (300, leaves(300, forked_at=299), "root_conflict")],
)
async def test_a_forked_log_is_not_cosigned_and_its_signature_is_kept(bench: Bench, old: int, grown: list[bytes], code: str) -> None:
    await bench.take(bench.request(0, leaves(300)))
    await bench.take(bench.request(old, grown))
    assert len(bench.published) == 1
    assert await bench.witness.alarms(A) == [(bench.other.origin(A), code)]
    await bench.take(bench.request(300, leaves(310)))  # the true log goes on
    assert len(bench.published) == 2


async def test_a_log_is_not_looked_for_under_anothers_name(bench: Bench) -> None:
    await bench.take(bench.request(0, leaves(300)))
    await bench.take(bench.request(0, leaves(400, forked_at=7)), origin=origin_of(DEPLOYMENT, "other", B), key=B)
    assert len(bench.published) == 1


@pytest.mark.parametrize("value", [None, b"", b"old 0\n", b"\xff\xfe", b"old 0\n\nmoon\n"])
async def test_whatever_the_bytes_the_witness_goes_on(bench: Bench, value: bytes | None) -> None:
    for kind in ("checkpoint", "cosignature", "behind", "moon"):
        await bench.take(value, kind=kind)
        await bench.take(value, kind=kind, origin="here.example/other/000000", key="000000")
    await bench.take(bench.request(0, leaves(1)))
    assert len(bench.published) == 1


async def test_a_lane_is_grown_signed_and_published_without_a_gap(lab: Lab, bench: Bench) -> None:
    for _ in range(3):
        await lab.make()
    assert not await bench.notary.attend(A)
    first = await bench.notary.trees.latest(A)
    for _ in range(5):
        await lab.rename(await lab.make(), 1, "moon")
    bench.notary.trees.most_leaves = 8
    assert await bench.notary.attend(A), "it cannot be signed at once"
    assert not await bench.notary.attend(A), "what comes from here on is signed the next time: every two seconds, not without pause"
    requests = [AddCheckpoint.parse(value) for value, _ in bench.published]
    assert [(request.old_size, request.checkpoint.size) for request in requests] == [(0, 3), (3, 11), (11, 13)]
    bodies = [row["body"] for row in await lab.rows("SELECT body FROM log.events ORDER BY position")]
    assert requests[-1].checkpoint.root == Edge().append(leaf_hash(body) for body in bodies)[0].root
    assert first is not None
    assert await bench.notary.trees.latest(A) != first
    assert await Trees(lab.pool).size(B) == 0


async def test_a_witness_that_missed_checkpoints_says_where_it_stands_and_goes_on_from_there(bench: Bench) -> None:
    """As when the topic was lost before it had read all of it."""
    await bench.take(bench.request(0, leaves(3)))
    await bench.take(bench.request(300, leaves(310)))
    assert bench.published[1:] == [(b"3\n", {"kind": "behind", "origin": bench.other.origin(A), "size": "3"})]
    await bench.take(bench.request(3, leaves(310)))
    await bench.take(bench.request(310, leaves(320)))
    assert [(headers["kind"], headers["size"]) for _, headers in bench.published[2:]] == [("cosignature", "310"), ("cosignature", "320")]
    assert await bench.witness.alarms(A) == []


async def test_a_log_proves_its_latest_checkpoint_from_where_a_witness_stands(lab: Lab, bench: Bench) -> None:
    own, roots = bench.notary.identity.origin(A), {}
    for _ in range(3):
        await lab.make()
        await bench.notary.attend(A)
        roots[len(roots) + 1] = AddCheckpoint.parse(bench.published[-1][0]).checkpoint.root
    bench.published.clear()
    for size in (1, 2):
        await bench.take(f"{size}\n".encode(), kind="behind", origin=own)
        value, headers = bench.published[-1]
        request = AddCheckpoint.parse(value)
        assert (headers["kind"], headers["origin"], request.old_size, request.checkpoint.size) == ("checkpoint", own, size, 3)
        verify_consistency(size, roots[size], 3, roots[3], request.proof)
    for said in (b"3\n", b"9\n", b"moon\n"):
        await bench.take(said, kind="behind", origin=own)
    assert len(bench.published) == 2, "from there nothing is to be proved"


async def test_a_log_shorter_than_it_was_ever_signed_is_not_signed_any_more(lab: Lab, bench: Bench) -> None:
    for _ in range(3):
        await lab.make()
    await bench.notary.attend(A)
    ((signed, headers),) = bench.published
    await bench.take(signed, origin=headers["origin"])
    assert bench.notary.behind == {}
    forged = bench.request(0, leaves(50)).replace(bench.other.origin(A).encode(), headers["origin"].encode())
    await bench.take(forged, origin=headers["origin"])
    assert bench.notary.behind == {}
    edge, _ = Edge().append(leaves(50))
    checkpoint = Checkpoint(bench.notary.identity.origin(A), edge.size, edge.root)
    longer = AddCheckpoint.of(0, [], sign_checkpoint(checkpoint, bench.notary.identity.log_keys(A)[0])).dump()
    await bench.take(longer, origin=headers["origin"])
    assert {county: signed.size for county, signed in bench.notary.behind.items()} == {A: 50}
    await lab.make(county=A)
    assert not await bench.notary.attend(A)
    assert len(bench.published) == 1
