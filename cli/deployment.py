"""What operators' verbs work on: the databases and the broker of an embedded stack, or of the deployment a file describes."""

import importlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.exits import CommandError, Exit
from cli.options import DataOption, PortBaseOption
from deploy.embedded.preflight import DEFAULT_PORT_BASE, SERVICES, Ports

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool
    from shared.kernel.worker import Parts

DeploymentOption = Annotated[
    Path | None,
    typer.Option("--deployment", help="YAML file that describes a deployment (docs/operations.md); by default the embedded stack's."),
]

# Classes of SQLSTATE, and codes in full.
_DENIED = ("28", "42501")
_NOT_MADE = ("3D000", "3F000", "42P01", "42703", "42883")
_AWAY = ("08", "53", "57")
_BUSY = ("40", "55P03")


@dataclass(frozen=True)
class Access:
    """How an operator reaches one service: its base URL, its database as its own role and as the owner."""

    url: str
    dsn: str
    owner_dsn: str


@dataclass(frozen=True)
class Deployment:
    """The services of a deployment, its broker (`host:port`), its counties and its name."""

    name: str
    services: Mapping[str, Access]
    kafka: str
    counties: tuple[str, ...]
    trust: Path | None = None
    """The file of the trust policy that its services go by, where it is known."""
    portal: Access | None = None
    """The portal, which has read models and no log; None where there is none."""

    @property
    def readers(self) -> Mapping[str, Access]:
        """Whoever has read models: the services, and the portal where there is one."""
        return self.services if self.portal is None else {**self.services, "portal": self.portal}

    def access(self, service: str) -> Access:
        """Return how a service or the portal is reached; CommandError where there is none of that name."""
        return _one(service, self.readers)

    def parts(self, service: str) -> "Parts":
        """Return what a service is made of, read from its composition root."""
        self.access(service)
        parts: Parts = importlib.import_module(f"services.{service}.main").PARTS
        return parts

    def check_county(self, county: str) -> str:
        """Return a county's code; CommandError where the deployment does not serve it."""
        if county not in self.counties:
            raise CommandError(f"This deployment does not serve county {county}: it serves {', '.join(self.counties)}.", Exit.NOT_FOUND)
        return county

    def chosen(self, service: str | None) -> tuple[str, ...]:
        """Return the services whose logs a verb is about: the one named, or all."""
        if service is None:
            return tuple(self.services)
        _one(service, self.services)
        return (service,)

    def chosen_readers(self, service: str | None) -> tuple[str, ...]:
        """Return whose read models a verb is about: those of the one named, or all."""
        if service is None:
            return tuple(self.readers)
        _one(service, self.readers)
        return (service,)

    def chosen_counties(self, county: str | None) -> tuple[str, ...]:
        """Return the counties a verb is about: the one named, or all."""
        return self.counties if county is None else (self.check_county(county),)

    @asynccontextmanager
    async def pool(self, service: str, *, owner: bool = False) -> "AsyncIterator[Pool]":
        """Lend a pool of connections to a service's database; CommandError where it does not answer, then or later, or refuses."""
        from shared.kernel.tenancy import TROUBLE, create_pool  # noqa: PLC0415 - see cli.main

        access = self.access(service)
        try:
            pool = await create_pool(access.owner_dsn if owner else access.dsn)
        except TROUBLE as fault:
            raise _refusal(service, fault) or _silent(service, fault) from fault
        try:
            yield pool
        except BaseException as fault:
            pool.terminate()
            refusal = _refusal(service, fault)
            if refusal is None:
                raise
            raise refusal from fault
        await pool.close()


def deployment_of(
    data: DataOption = None, port_base: PortBaseOption = DEFAULT_PORT_BASE, deployment: DeploymentOption = None
) -> Deployment:
    """Return the deployment a file describes, or that of the embedded stack in a data folder; CommandError says what is missing."""
    return _described(deployment) if deployment is not None else _embedded(data, port_base)


def _one(service: str, known: Mapping[str, Access]) -> Access:
    if service not in known:
        raise CommandError(f"There is no service {service}: it is one of {', '.join(known)}.", Exit.NOT_FOUND)
    return known[service]


def _refusal(service: str, fault: BaseException) -> CommandError | None:
    """Return what a database's answer means to an operator; None where it is a fault of ours, or not the database's."""
    import asyncpg  # noqa: PLC0415 - see cli.main

    if isinstance(fault, asyncpg.PostgresError):
        state = str(fault.sqlstate or "")
        if state.startswith(_DENIED):
            return CommandError(f"The database of {service} refuses this role: {fault}.", Exit.DENIED)
        if state.startswith(_NOT_MADE):
            return CommandError(f"The database of {service} lacks what this version needs ({fault}): migrate it.", Exit.DEPENDENCY_DOWN)
        if state.startswith(_BUSY):
            return CommandError(f"The database of {service} is busy with the same rows ({fault}): try again.", Exit.CONFLICT)
        return _silent(service, fault) if state.startswith(_AWAY) else None
    away = asyncpg.InterfaceError | ConnectionRefusedError | ConnectionResetError | TimeoutError
    return _silent(service, fault) if isinstance(fault, away) else None


def _silent(service: str, fault: BaseException) -> CommandError:
    return CommandError(
        f"The database of {service} does not answer ({type(fault).__name__}): start the stack, or name its folder with --data.",
        Exit.DEPENDENCY_DOWN,
    )


def _embedded(data: Path | None, port_base: int) -> Deployment:
    from deploy.embedded.databases import app_of, owner_of  # noqa: PLC0415 - see cli.main
    from deploy.embedded.datadir import DataDirectory, default_data  # noqa: PLC0415
    from deploy.embedded.portal import PORTAL, has_portal, portal_dsns  # noqa: PLC0415
    from deploy.embedded.postgres import EmbeddedPostgres  # noqa: PLC0415
    from deploy.embedded.profiles import known_counties  # noqa: PLC0415

    folder = DataDirectory(data or default_data())
    if not folder.is_ours:
        raise CommandError(f"{folder.root} holds no embedded stack: name its folder with --data.", Exit.NOT_FOUND)
    server, ports = EmbeddedPostgres(folder), Ports(port_base)
    services = {name: Access(ports.url(name), server.dsn(name, app_of(name)), server.dsn(name, owner_of(name))) for name in SERVICES}
    portal = Access(ports.url(PORTAL), *portal_dsns(server)) if has_portal(folder) else None
    return Deployment("yinuo.local", services, ports.address("kafka"), known_counties(), folder.secrets / "trust.policy", portal)


def _described(file: Path) -> Deployment:
    import yaml  # noqa: PLC0415 - see cli.main

    try:
        said: dict[str, Any] = yaml.safe_load(file.read_text())
        services = {name: Access(**reached) for name, reached in said["services"].items()}
        trust = file.parent / said["trust"] if "trust" in said else None
        portal = Access(**said["portal"]) if "portal" in said else None
        return Deployment(said["name"], services, said["kafka"], tuple(str(code) for code in said["counties"]), trust, portal)
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as fault:
        raise CommandError(
            f"{file} does not describe a deployment: it names 'name', 'kafka', 'counties' and, for each of 'services' and for 'portal' "
            f"where there is one, 'url', 'dsn' and 'owner_dsn' ({type(fault).__name__}: {fault}).",
            Exit.USAGE,
        ) from fault
