"""The portal and its development issuer as programs of the stack."""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from deploy.embedded.databases import app_of, owner_of
from deploy.embedded.datadir import DataDirectory
from deploy.embedded.issuer import CLIENT
from deploy.embedded.people import PEOPLE
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.preflight import SERVICES, Ports
from deploy.embedded.program import Program
from deploy.embedded.services import EmbeddedService
from deploy.embedded.supervisor import Supervisor

PORTAL, ISSUER = "portal", "issuer"
_CALLBACK = "/login/done"
_READY_SECONDS = 30.0
_KEY = "portal.key"


@dataclass(frozen=True)
class OtherProvider:
    """A provider that signs people in where the development issuer does not run."""

    common: Mapping[str, str]
    """Variables that every service and the portal have of it."""
    portal: Mapping[str, str]
    """Variables that the portal has besides."""
    office: Callable[[str], str]
    """Returns a token of a county's office, under which the county's profile is brought in."""


def portal_environment(data: DataDirectory, ports: Ports) -> dict[str, str]:
    """Return the settings the portal has besides those of every service, having made the secret they name."""
    return {
        "YINUO_SEALING_KEY_FILE": str(data.secret(_KEY)),
        "YINUO_PUBLIC_URL": ports.url(PORTAL),
        "YINUO_SERVICE_URLS": ",".join(f"{name}={ports.url(name)}" for name in SERVICES),
        "YINUO_OIDC_AUTHORIZE_URL": f"{ports.url(ISSUER)}/authorize",
        "YINUO_OIDC_TOKEN_URL": f"{ports.url(ISSUER)}/token",
        "YINUO_OIDC_CLIENT_ID": CLIENT,
        "YINUO_OIDC_CLIENT_SECRET_FILE": str(data.secret("portal.client")),
    }


def has_portal(data: DataDirectory) -> bool:
    """Tell whether a portal has ever run on a data directory."""
    return (data.secrets / _KEY).exists()


class EmbeddedIssuer:
    """The development issuer, on a port of its own: the portal's provider, as any other would be."""

    def __init__(self, data: DataDirectory, ports: Ports) -> None:
        self._data = data
        self._ports = ports

    def start(self, supervisor: Supervisor) -> None:
        """Start it, without waiting for it."""
        data, ports = self._data, self._ports
        arguments = (str(ports.of(ISSUER)), str(data.secret("portal.client")), str(data.run / PEOPLE), ports.url(PORTAL) + _CALLBACK)
        command = (sys.executable, "-m", "deploy.embedded.issuing", *arguments)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("YINUO_", "PG"))}
        log = data.logs / "issuer.log"
        supervisor.keep(Program(ISSUER, command, log, environment, tier=2, stop=((signal.SIGTERM, 5.0),), folder=data.run))

    def wait(self, supervisor: Supervisor) -> None:
        """Wait until it answers."""
        with httpx.Client(timeout=5, trust_env=False) as client:
            supervisor.wait_until(lambda: _answers(client, f"{self._ports.url(ISSUER)}/livez"), ISSUER, _READY_SECONDS)


def embedded_portal(
    data: DataDirectory, server: EmbeddedPostgres, ports: Ports, common: Mapping[str, str], settings: Mapping[str, str]
) -> EmbeddedService:
    """Return the portal, run as a service is; `settings` come before its own."""
    return EmbeddedService(PORTAL, data, server, ports, {**common, **portal_environment(data, ports), **settings})


def portal_dsns(server: EmbeddedPostgres) -> tuple[str, str]:
    """Return the connection strings of the portal's database: as the portal, and as its owner."""
    return server.dsn(PORTAL, app_of(PORTAL)), server.dsn(PORTAL, owner_of(PORTAL))


def _answers(client: httpx.Client, address: str) -> bool:
    try:
        return client.get(address).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
