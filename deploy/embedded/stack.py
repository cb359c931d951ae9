"""The whole stack: Kafka, PostgreSQL and the services, up together and down in order."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from deploy.embedded.accounts import Account, server_account
from deploy.embedded.databases import app_of, ensure_databases, owner_of
from deploy.embedded.datadir import DataDirectory
from deploy.embedded.events import Event, Listener, silent
from deploy.embedded.jars import ensure_jars
from deploy.embedded.kafka import EmbeddedKafka
from deploy.embedded.keys import proof_settings
from deploy.embedded.leftovers import end_leftovers
from deploy.embedded.portal import ISSUER, PORTAL, EmbeddedIssuer, OtherProvider, embedded_portal
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.preflight import DEFAULT_PORT_BASE, SERVICES, Ports, check_disk
from deploy.embedded.profiles import apply, known_counties
from deploy.embedded.services import DEPLOYMENT, EmbeddedService, common_environment
from deploy.embedded.supervisor import Supervisor

_MIGRATIONS_AT_ONCE = 2


@dataclass(frozen=True)
class Info:
    """Where a running stack is reached: base URLs, `host:port`, connection strings, process ids."""

    services: dict[str, str]
    kafka: str
    postgres: dict[str, str]
    postgres_owner: dict[str, str]
    data: str
    pids: dict[str, int]
    portal: str | None = None
    """Where the web page is; None where it does not run."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain dictionaries, for JSON."""
        return asdict(self)


class Stack:
    """Runs the stack for as long as the context lasts; programs that die are started again in the background.

    `services` names those to run, none for Kafka and PostgreSQL alone; databases and topics exist either way. Raises `StackError`
    with one sentence if it cannot start, and leaves nothing running then. `portal_settings` are variables of the portal alone; with a
    `provider` the development issuer neither runs nor is believed.
    """

    def __init__(
        self,
        data: Path,
        port_base: int = DEFAULT_PORT_BASE,
        clock: Literal["real", "simulated"] = "real",
        *,
        on_event: Listener = silent,
        services: tuple[str, ...] = SERVICES,
        counties: tuple[str, ...] | None = None,
        portal: bool = False,
        portal_settings: Mapping[str, str] | None = None,
        provider: OtherProvider | None = None,
    ) -> None:
        self._data = DataDirectory(data)
        self._ports = Ports(port_base)
        self._clock = clock
        self._listener = on_event
        self._names = services
        self._portal = portal
        self._provider = provider
        self._portal_settings = {**(provider.portal if provider else {}), **(portal_settings or {})}
        self._counties = counties or known_counties()
        self._supervisor: Supervisor | None = None
        self.postgres = EmbeddedPostgres(self._data)

    def start(self) -> None:
        """Start everything and return once every service is ready."""
        try:
            account = server_account(self._data.postgres)
            jars = self._prepare(account)
            self._start(account, jars)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop services, then Kafka, then PostgreSQL; at most 20 s. Stopping twice changes nothing."""
        try:
            if self._supervisor is not None:
                self._supervisor.close()
                self.postgres.stopped()
        finally:
            self._data.unlock()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def info(self) -> Info:
        """Addresses of the stack; process ids are those of this moment, since a program that died has a new one."""
        return Info(
            services={name: self._ports.url(name) for name in self._names},
            kafka=self._ports.address("kafka"),
            postgres={name: self.postgres.dsn(name, app_of(name)) for name in SERVICES},
            postgres_owner={name: self.postgres.dsn(name, owner_of(name)) for name in SERVICES},
            data=str(self._data.root),
            pids=self._supervisor.pids() if self._supervisor else {},
            portal=self._ports.url(PORTAL) if self._portal else None,
        )

    def _prepare(self, account: Account | None) -> Path:
        """Refuse what cannot work before anything is created, end what a killed start left, and take the data directory.

        Returns the folder with Kafka's jars.
        """
        self._data.check(account)
        if self._data.is_ours:
            self._data.lock()
            if ended := end_leftovers(self._data.run):
                self._listener(Event("warning", "leftovers", f"ended what an earlier run left behind: {', '.join(ended)}"))
        issuer = () if self._provider else (ISSUER,)
        self._ports.check((*self._names, *((PORTAL, *issuer) if self._portal else ())))
        check_disk(self._data.root)
        jars = ensure_jars(lambda done, total: self._listener(Event("progress", "jars", "fetching Kafka", done, total)))
        self._data.create(account)
        return jars

    def _start(self, account: Account | None, jars: Path) -> None:
        supervisor = self._supervisor = Supervisor(self._data.run, self._listener)
        kafka = EmbeddedKafka(self._data, self._ports, jars)
        common = common_environment(self._data, self._ports, self._counties, self._clock)
        common |= self._provider.common if self._provider else {}
        proofs = proof_settings(self._data, DEPLOYMENT, SERVICES, self._counties)
        services = [EmbeddedService(name, self._data, self.postgres, self._ports, {**common, **proofs[name]}) for name in self._names]
        issuer = EmbeddedIssuer(self._data, self._ports)
        if self._portal:
            services.append(embedded_portal(self._data, self.postgres, self._ports, common, self._portal_settings))

        def databases() -> None:
            self.postgres.start(supervisor, account)
            ensure_databases(self.postgres, (*SERVICES, PORTAL))

        def databases_then_migrations() -> None:
            # Migrations need PostgreSQL alone, so they do not wait for Kafka.
            self._step("PostgreSQL", databases)
            migrations = [partial(service.migrate, supervisor) for service in services]
            if migrations:
                self._step("migrations", partial(self._together, migrations, _MIGRATIONS_AT_ONCE))

        self._together([partial(self._step, "Kafka", partial(kafka.start, supervisor)), databases_then_migrations])
        for service in services:
            service.start(supervisor)
        if self._portal and self._provider is None:
            issuer.start(supervisor)
            issuer.wait(supervisor)
        if services:
            self._step("services", partial(self._together, [partial(service.wait, supervisor) for service in services]))
        if self._names:
            self._step("profiles", self._apply_profiles)

    def _apply_profiles(self) -> None:
        office = self._provider.office if self._provider else None
        apply(self.info.services, self._counties, simulated=self._clock == "simulated", office=office)

    def _step(self, name: str, action: Callable[[], None]) -> None:
        self._listener(Event("started", name, f"starting {name}"))
        began = time.monotonic()
        action()
        self._listener(Event("finished", name, f"{name} ready ({time.monotonic() - began:.1f} s)"))

    def _together(self, actions: Sequence[Callable[[], None]], at_once: int = 4) -> None:
        """Run actions side by side; at the first failure, or an interrupt, stop everything so that the others end too."""
        with ThreadPoolExecutor(at_once) as pool:
            try:
                running = [pool.submit(action) for action in actions]
                for future in wait(running, return_when=FIRST_EXCEPTION).done:
                    future.result()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                if self._supervisor is not None:
                    self._supervisor.close()
                raise
