"""The notary: every few seconds, while a lane moves, its tree is grown, a checkpoint signed, kept, and published."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import AIOKafkaProducer

from shared.kernel import metrics
from shared.kernel.clock import Clock
from shared.kernel.proof.checkpoints import Checkpoint, sign_checkpoint
from shared.kernel.proof.notes import Note, parse
from shared.kernel.proof.witnessing import AddCheckpoint
from shared.kernel.transparency.identity import Identity
from shared.kernel.transparency.trees import Trees

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

EVERY_SECONDS = 2.0
_log = structlog.get_logger(__name__)


def checkpoints_topic(service: str) -> str:
    """Return the topic of a service's checkpoints, and of its cosignatures under others'."""
    return f"{service}.checkpoints.v1"


class Notary:
    """Signs the lanes of one service. A lane that others have seen longer than it is here is not signed any more."""

    def __init__(self, identity: Identity, pool: "Pool", kafka: str, clock: Clock, counties: Iterable[str]) -> None:
        self.trees = Trees(pool)
        self.behind: dict[str, Checkpoint] = {}
        """By county, what was once signed of a lane that the log here does not hold: its database was put back to an earlier state."""
        self.identity = identity
        self._kafka = kafka
        self._clock = clock
        self.counties = frozenset(counties)
        self.may_sign = asyncio.Event()
        """Set once it is known how far others have seen these lanes."""
        self._producer: AIOKafkaProducer | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin signing; a broker or a database that is away is waited for."""
        self._task = asyncio.create_task(self._run(), name="notary")

    async def stop(self) -> None:
        """Stop; what is signed and not published is published at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._drop_producer()

    async def publish(self, value: bytes, county: str, headers: dict[str, str]) -> None:
        """Put a record on this service's topic of checkpoints, and return when the broker has it."""
        producer = await self._connected()
        pairs = [(name, text.encode()) for name, text in headers.items()]
        await producer.send_and_wait(checkpoints_topic(self.identity.service), value, key=county.encode(), headers=pairs)

    async def attend(self, county: str) -> bool:
        """Sign what a lane has become and publish what is not yet; tell whether there is more than one signing takes."""
        if county in self.behind and await self.trees.follows(county, self.behind[county]):
            del self.behind[county]  # it was made whole
            _log.info("log_whole_again", county=county)
        growth = await self.trees.growth(county) if county not in self.behind else None
        if growth is not None:
            note = self._signed(Checkpoint(self.identity.origin(county), growth.after.size, growth.after.root))
            request = AddCheckpoint.of(growth.before.size, growth.proof, note).dump()
            await self.trees.grow(county, growth, note.dump(), self._clock.now(county), request)
            metrics.SIGNED.labels(county).set(growth.after.size)
        for size, request in await self.trees.unpublished(county):
            await self._publish_checkpoint(county, size, request)
            await self.trees.published(county, size)
        return growth is not None and growth.after.size - growth.before.size == self.trees.most_leaves

    async def renew(self, county: str, size: int) -> None:
        """Publish the latest checkpoint once more, with the proof from the size a witness stands at."""
        found = await self.trees.latest_from(county, size)
        if found is not None:
            request = AddCheckpoint.of(size, found[1], parse(found[0]))
            await self._publish_checkpoint(county, request.checkpoint.size, request.dump())

    async def receipt(self, county: str, position: int) -> bytes | None:
        """Return the receipt of the event at a position, None until as many have witnessed it as the policy asks for."""
        return await self.trees.accepted_receipt(self.identity.origin(county), position, self.identity.policy)

    async def _publish_checkpoint(self, county: str, size: int, request: bytes) -> None:
        await self.publish(request, county, {"kind": "checkpoint", "origin": self.identity.origin(county), "size": str(size)})

    def _signed(self, checkpoint: Checkpoint) -> Note:
        """Sign with every key: the newest, and those it is taking over from."""
        first, *others = (sign_checkpoint(checkpoint, key) for key in self.identity.log_keys(checkpoint.origin.rpartition("/")[2]))
        return first.signed(*(signature for other in others for signature in other.signatures))

    async def _run(self) -> None:
        await self.may_sign.wait()
        while True:
            for county in sorted(self.counties):
                await self._attended(county, self.attend)
            await asyncio.sleep(EVERY_SECONDS)

    async def _attended(self, county: str, attend: Callable[[str], Any]) -> None:
        try:
            while await attend(county):
                pass
        except asyncio.CancelledError:
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it was: the next round begins from what the database holds
            _log.warning("notary_failed", county=county, error=repr(fault))
            await self._drop_producer()

    async def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(bootstrap_servers=self._kafka, enable_idempotence=True, acks="all")
            try:
                await producer.start()
            except BaseException:
                await producer.stop()
                raise
            self._producer = producer
        return self._producer

    async def _drop_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await producer.stop()
