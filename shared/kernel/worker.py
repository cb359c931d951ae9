"""Everything of a service that runs besides HTTP, started and stopped in order."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from faststream.kafka import KafkaBroker

from shared.kernel.appender import Appender
from shared.kernel.as_of.past import Past
from shared.kernel.checkpoints import Progress
from shared.kernel.clock import Clock, SimulatedClock, SystemClock
from shared.kernel.commands import CommandHandler, Commands
from shared.kernel.consumer import Consumer
from shared.kernel.event_log import EventLog
from shared.kernel.events import Contract
from shared.kernel.migrations import names
from shared.kernel.policy import Reacting
from shared.kernel.projecting import Projecting
from shared.kernel.projection import Projection
from shared.kernel.redriving import Redriver
from shared.kernel.relay import Relay
from shared.kernel.rules import Command, Policy
from shared.kernel.sealing import Sealer
from shared.kernel.settings import ServiceSettings
from shared.kernel.subscribing import broker
from shared.kernel.tenancy import Pool, assert_isolation, create_pool
from shared.kernel.timers import Sweeper
from shared.kernel.transparency.notary import Notary
from shared.kernel.transparency.witness import Witness
from shared.kernel.watchdog import Watchdog

_LOOK_BACK_SECONDS = 3.0
"""How long a start waits to learn how far its lanes were signed, before it takes commands; for a broker that is away no longer."""
_APPLIED = "SELECT migration_id FROM public._yoyo_migration"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parts:
    """A service read from its tables: what it publishes, takes, reads and reacts to."""

    contract: Contract
    package: str
    handlers: Mapping[type[Command], CommandHandler[Any]]
    sources: Sequence[Contract]
    """Whose events the projections read, the service's own among them."""
    projections: Sequence[Projection[Any]]
    policies: Sequence[tuple[Policy, Contract]] = ()
    """Each policy with the contract whose topic it listens to."""
    timed: Sequence[type[Command]] = ()
    """Commands that timers may give."""
    opens: Callable[[Any], Any] | None = None
    """From the service's settings, what its routes use besides the log and the read models."""

    def projecting(self, pool: Pool, progress: Progress) -> Projecting:
        """Return what applies lanes to all live projections of the service."""
        service = self.contract.service
        return Projecting(f"{service}.projections", self.projections, pool, progress, at_once=[service])


@dataclass(slots=True)
class Worker:
    """The running service without its HTTP face."""

    parts: Parts
    settings: ServiceSettings
    pool: Pool
    clock: Clock
    log: EventLog
    commands: Commands
    progress: Progress
    past: Past
    _appender: Appender
    _relay: Relay
    _broker: KafkaBroker
    _consumers: list[Consumer]
    _watchdog: Watchdog
    _sweeper: Sweeper
    _redriver: Redriver
    notary: Notary | None
    _witness: Witness | None
    _known_migrations: Sequence[str]
    opened: Any = None
    _starting: asyncio.Task[None] | None = field(default=None)

    @classmethod
    async def open(cls, parts: Parts, settings: ServiceSettings) -> "Worker":
        """Connect to the database, assert isolation, and put the parts together; nothing runs yet."""
        consumers: list[Consumer] = []

        def doubt() -> None:
            for consumer in consumers:
                consumer.doubt()

        pool = await create_pool(settings.database_dsn, size=settings.database_pool, on_lost=doubt)
        await assert_isolation(pool)
        clock: Clock = SimulatedClock() if settings.clock == "simulated" else SystemClock()
        log = EventLog(pool)
        relay = Relay(pool, settings.kafka, parts.contract.topic, settings.counties)
        notary, witness = _proving(settings, parts.contract.service, log, clock)
        behind = notary.behind if notary is not None else {}
        appender = Appender(pool, parts.contract, clock, on_append=relay.offer, behind=behind)
        progress = Progress(pool)
        commands = Commands(parts.handlers, log, appender, Sealer(settings.sealing_key()), clock, progress)
        kafka = broker(settings.kafka)
        reading = partial(
            Consumer, kafka, bootstrap=settings.kafka, counties=settings.counties, pool=pool, clock=clock, instance=settings.instance
        )
        consumers.append(reading(parts.projecting(pool, progress), contracts=parts.sources))
        reacting = Reacting(parts.contract.service, parts.policies, pool, commands, lazily=True)
        if parts.policies:
            sources = list({source.service: source for _, source in parts.policies}.values())
            consumers.append(reading(reacting, contracts=sources))
        past = Past(
            pool,
            settings.database_dsn,
            settings.kafka,
            own=parts.contract.service,
            sources=parts.sources,
            projections=parts.projections,
            clock=clock,
        )
        sweeper = Sweeper(pool, commands, parts.timed, settings.counties, progress)
        return cls(
            parts,
            settings,
            pool,
            clock,
            log,
            commands,
            progress,
            past,
            appender,
            relay,
            kafka,
            consumers,
            Watchdog(consumers),
            sweeper,
            Redriver(pool, reacting, settings.counties),
            notary,
            witness,
            names(parts.package),
            parts.opens(settings) if parts.opens is not None else None,
        )

    async def start(self) -> None:
        """Start relay and consumers; a broker that is away is waited for without holding HTTP up."""
        for county in self.settings.counties:
            head = await self.log.head(county)
            if head.recorded_at is not None:
                self.clock.observe(county, head.recorded_at)
        await self._relay.start()
        if self.notary is not None and self._witness is not None:
            self.notary.start()
            self._witness.start()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_BACK_SECONDS):  # a lane that is behind must not be written to meanwhile
                    await self.notary.may_sign.wait()
        self._starting = asyncio.create_task(self._start_consumers(), name="start-consumers")

    async def stop(self) -> None:
        """Stop in order: no new work from Kafka or timers, finish appends, publish what is committed, close."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        for part in (self._witness, self.notary):
            if part is not None:
                await part.stop()
        await self._watchdog.stop()
        await self._sweeper.stop()
        await self._redriver.stop()
        try:
            async with asyncio.timeout(5):
                await self._broker.stop()
        except Exception as fault:  # noqa: BLE001 - a broker that is gone must not keep us from stopping
            _log.warning("broker_not_stopped", error=repr(fault))
        for consumer in self._consumers:
            await consumer.stop()
        self.past.close()
        await self._appender.close()
        await self._relay.stop()
        try:
            async with asyncio.timeout(5):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()

    async def readiness(self) -> dict[str, str]:
        """Return what is wrong, by check; empty when the service can serve."""
        wrong: dict[str, str] = {}
        try:
            async with asyncio.timeout(2), self.pool.acquire() as connection:
                await connection.fetchval("SELECT 1")
                applied = {row[0] for row in await connection.fetch(_APPLIED)}
                missing = [name for name in self._known_migrations if name not in applied]
                if missing:
                    wrong["migrations"] = f"not applied: {', '.join(missing)}"
        except Exception as fault:  # noqa: BLE001 - whatever it is, the database does not answer
            wrong["database"] = type(fault).__name__
        wrong.update(self._watchdog.wrong())
        if self.notary is not None:
            service = self.parts.contract.service
            wrong.update(
                {
                    f"log {county}": f"is not what was signed at {signed.size}: yinuo events recover {service} {county}"
                    for county, signed in self.notary.behind.items()
                }
            )
        return wrong

    def standstill(self) -> dict[str, str]:
        """Return what is wrong with the consumers, by name; empty while the read models keep up."""
        return self._watchdog.wrong()

    def behind_seconds(self) -> float:
        """Return for how many seconds, at the most, the read models may lack what happened; 0 while they keep up."""
        return self._watchdog.behind()

    async def _start_consumers(self) -> None:
        wait = 0.2
        while True:
            try:
                await self._broker.start()
                break
            except Exception as fault:  # noqa: BLE001 - until there is a broker
                _log.warning("broker_not_reached", error=repr(fault), retry_in_seconds=wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, 5.0)
        self._watchdog.start()
        self._sweeper.start()
        self._redriver.start()


def _proving(settings: ServiceSettings, service: str, log: EventLog, clock: Clock) -> tuple[Notary | None, Witness | None]:
    """Return what signs this service's lanes and witnesses others', where keys were given."""
    identity = settings.identity(service)
    if identity is None:
        return None, None
    notary = Notary(identity, log.pool, settings.kafka, clock, settings.counties)
    return notary, Witness(identity, notary, log.pool, settings.kafka, clock)
