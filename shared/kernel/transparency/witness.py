"""Services witness each other: what another's log publishes is cosigned where it follows from what was seen, and raises alarm otherwise."""

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from shared.kernel import metrics
from shared.kernel.assigning import taking
from shared.kernel.clock import Clock
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import VerifyingKey
from shared.kernel.proof.notes import parse, parse_signatures, verified
from shared.kernel.proof.witnessing import AddCheckpoint, Cosigned, Refused, Seen, cosignatures, decide, parse_size
from shared.kernel.tenancy import county_transaction
from shared.kernel.transparency.identity import Identity
from shared.kernel.transparency.notary import Notary, checkpoints_topic

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_SEEN = "SELECT size, root FROM proof.seen WHERE county = $1 AND origin = $2 FOR UPDATE"
_REMEMBER = """
INSERT INTO proof.seen (county, origin, size, root) VALUES ($1, $2, $3, $4)
ON CONFLICT (county, origin) DO UPDATE SET size = EXCLUDED.size, root = EXCLUDED.root
"""
_ALARM = "INSERT INTO proof.alarms VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING"
_ALARMS = "SELECT origin, code FROM proof.alarms WHERE county = $1 ORDER BY raised_at"
_RETRY_SECONDS = 2.0
_COMMIT_EVERY = 200
_LOOK_BACK = 1_000
"""Records of a partition looked at when a service starts, for the last checkpoint of each of its lanes."""
_CONFLICT = 409
_log = structlog.get_logger(__name__)


class Witness:
    """Reads every service's topic of checkpoints: cosigns others', collects what others cosigned of its own."""

    def __init__(self, identity: Identity, notary: Notary, pool: "Pool", kafka: str, clock: Clock) -> None:
        self._identity = identity
        self._notary = notary
        self._pool = pool
        self._kafka = kafka
        self._clock = clock
        self._topics = sorted({checkpoints_topic(log.key.name.split("/")[-2]) for log in identity.policy.logs})
        self._key = identity.witness_key()
        self._witnesses = [witness.key for witness in identity.policy.witnesses]
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin witnessing."""
        self._task = asyncio.create_task(self._run(), name="witness")

    async def stop(self) -> None:
        """Stop; what was not finished comes again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def alarms(self, county: str) -> list[tuple[str, str]]:
        """Return origin and code of every alarm raised in a county."""
        async with county_transaction(self._pool, county) as connection:
            return [(row["origin"], row["code"]) for row in await connection.fetch(_ALARMS, county)]

    async def take(self, record: "ConsumerRecord[Any, Any]") -> None:
        """Take one record; whatever its bytes, nothing but trouble with the database or the broker is raised."""
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers if value is not None}
        county, origin = headers.get("origin", "").rpartition("/")[2], headers.get("origin", "")
        if record.value is None or record.key != county.encode() or county not in self._notary.counties:
            return
        try:
            if headers.get("kind") == "cosignature":
                await self._collect(county, origin, int(headers.get("size", "")), record.value)
            elif headers.get("kind") == "behind" and origin == self._identity.origin(county):
                await self._notary.renew(county, parse_size(record.value))
            elif headers.get("kind") == "checkpoint" and origin == self._identity.origin(county):
                await self._own(county, AddCheckpoint.parse(record.value))
            elif headers.get("kind") == "checkpoint":
                await self._witness(county, origin, record.value)
        except (ProofError, ValueError) as fault:
            _log.warning("checkpoint_record_unusable", topic=record.topic, offset=record.offset, error=repr(fault))

    async def _witness(self, county: str, origin: str, raw: bytes) -> None:
        """Cosign another service's checkpoint where it follows from what was seen of that log."""
        request = AddCheckpoint.parse(raw)
        if request.checkpoint.origin != origin:  # what was seen of one log must not be looked for under another's name
            raise ProofError("origin_unexpected", origin=request.checkpoint.origin)
        async with county_transaction(self._pool, county) as connection:
            row = await connection.fetchrow(_SEEN, county, origin)
            seen = Seen() if row is None else Seen(row["size"], row["root"])
            time = int(self._clock.now(county).timestamp())
            answer = decide(request, self._logs(origin), seen, self._key, time)
            if isinstance(answer, Cosigned):
                await connection.execute(_REMEMBER, county, origin, answer.seen.size, answer.seen.root)
            elif self._alarming(answer, request, seen):
                digest = hashlib.sha256(raw).digest()
                await connection.execute(_ALARM, county, origin, digest, answer.code, raw, self._clock.now(county))
        if isinstance(answer, Cosigned):
            size = str(request.checkpoint.size)
            await self._notary.publish(answer.body, county, {"kind": "cosignature", "origin": origin, "size": size})
            metrics.COSIGNED.labels(county, origin.split("/")[-2]).set(request.checkpoint.size)
        elif self._alarming(answer, request, seen):
            metrics.PROOF_ALARMS.labels(county).inc()
            _log.error("log_contradicts_itself", origin=origin, code=answer.code, size=request.checkpoint.size, seen=seen.size)
        elif answer.size is not None and answer.size < request.checkpoint.size:
            # Checkpoints in between were lost with the topic: the log is told from where to prove the next.
            _log.warning("checkpoints_missed", origin=origin, seen=answer.size, old=request.old_size, size=request.checkpoint.size)
            await self._notary.publish(answer.body, county, {"kind": "behind", "origin": origin, "size": str(answer.size)})
        elif answer.status != _CONFLICT:
            _log.warning("checkpoint_refused", origin=origin, code=answer.code, size=request.checkpoint.size)

    @staticmethod
    def _alarming(answer: Refused, request: AddCheckpoint, seen: Seen) -> bool:
        """Tell whether a log contradicts itself; also where it signs, at a size that was cosigned, another root than that."""
        other_root = request.checkpoint.size == seen.size and request.checkpoint.root != seen.root
        return answer.alarming or (answer.status == _CONFLICT and other_root)

    async def _own(self, county: str, request: AddCheckpoint) -> None:
        """Notice that this log was once signed as something it is not: its database was put back to an earlier state."""
        signed, known = request.checkpoint, self._notary.behind.get(county)
        if known is not None and known.size >= signed.size:
            return
        if verified(request.note, self._logs(signed.origin)) and not await self._notary.trees.follows(county, signed):
            self._notary.behind[county] = signed
            _log.error("log_behind_its_checkpoints", county=county, signed=signed.size)

    async def _collect(self, county: str, origin: str, size: int, response: bytes) -> None:
        """Put a cosignature on the checkpoint it is of, if that is ours and the witness is one of the policy's."""
        if origin != self._identity.origin(county):
            return
        trees = self._notary.trees
        async with county_transaction(self._pool, county) as connection:
            stored = await trees.note(connection, county, size)
            if stored is None:
                return
            note = parse(stored)
            held = {(each.key.name, each.key.key_id) for each in cosignatures(response, note, self._witnesses)}
            held -= {(signature.name, signature.key_id) for signature in note.signatures}
            if held:
                given = parse_signatures(response.decode())
                cosigned = note.signed(*(signature for signature in given if (signature.name, signature.key_id) in held))
                witnesses = {(key.name, key.key_id) for key in self._witnesses}
                count = sum((signature.name, signature.key_id) in witnesses for signature in cosigned.signatures)
                await trees.cosigned(connection, county, size, cosigned.dump(), count)

    def _logs(self, origin: str) -> list[VerifyingKey]:
        return [log.key for log in self._identity.policy.logs if log.key.name == origin]

    async def _look_back(self) -> None:
        """Learn from the topic how far this service's lanes were ever signed, before any is signed again."""
        own = checkpoints_topic(self._identity.service)
        consumer = AIOKafkaConsumer(own, bootstrap_servers=self._kafka, group_id=None, enable_auto_commit=False)
        try:
            await consumer.start()
            ends = await consumer.end_offsets(list(consumer.assignment()))
            begins = await consumer.beginning_offsets(list(ends))
            left = {partition for partition, end in ends.items() if end > begins[partition]}
            for partition in left:
                consumer.seek(partition, max(begins[partition], ends[partition] - _LOOK_BACK))
            last: dict[bytes | None, ConsumerRecord[Any, Any]] = {}
            while left:
                for partition, records in (await consumer.getmany(*left, timeout_ms=500)).items():
                    last |= {record.key: record for record in records if dict(record.headers).get("kind") == b"checkpoint"}
                    if records[-1].offset + 1 >= ends[partition]:
                        left.discard(partition)
            for record in last.values():
                await self.take(record)
        finally:
            await consumer.stop()
        self._notary.may_sign.set()

    async def _run(self) -> None:
        while True:
            consumer = AIOKafkaConsumer(
                *self._topics,
                bootstrap_servers=self._kafka,
                group_id=f"{self._identity.service}.witness",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                partition_assignment_strategy=(taking(self._notary.counties),),
            )
            try:
                if not self._notary.may_sign.is_set():
                    await self._look_back()
                await consumer.start()
                await self._consume(consumer)
            except asyncio.CancelledError:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it was: a new consumer, from the last offset committed
                _log.warning("witness_interrupted", error=repr(fault))
                await asyncio.sleep(_RETRY_SECONDS)
            finally:
                await consumer.stop()

    async def _consume(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            for records in (await consumer.getmany(timeout_ms=1_000, max_records=_COMMIT_EVERY)).values():
                for record in records:
                    await self.take(record)
            await consumer.commit()
