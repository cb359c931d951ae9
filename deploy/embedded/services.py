"""The services as programs of the stack: their environment, their migration, when they are ready."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from deploy.embedded.databases import app_of, owner_of
from deploy.embedded.datadir import DataDirectory, write_private
from deploy.embedded.issuer import ALGORITHM, AUDIENCE, ISSUER, load_issuer
from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.preflight import LOOPBACK, Ports
from deploy.embedded.program import Program
from deploy.embedded.supervisor import Supervisor

DEPLOYMENT = "yinuo.local"
_MIGRATE_SECONDS = 120.0
_READY_SECONDS = 60.0
# Settings of the caller's own shell that would reach a service by accident; how much it logs is the one that may be meant.
_FOREIGN_PREFIXES = ("YINUO_", "PG")
_PASSED_ON = {"YINUO_LOG_LEVEL"}


class EmbeddedService:
    """One of the services, run from this very installation."""

    def __init__(self, name: str, data: DataDirectory, server: EmbeddedPostgres, ports: Ports, common: Mapping[str, str]) -> None:
        self.name = name
        self._data = data
        self._owner_dsn = server.dsn(name, owner_of(name))
        self._url = ports.url(name)
        self._environment = {
            **_inherited(),
            **common,
            "YINUO_DATABASE_DSN": server.dsn(name, app_of(name)),
            "YINUO_HTTP_HOST": LOOPBACK,
            "YINUO_HTTP_PORT": str(ports.of(name)),
            **({"YINUO_EVIDENCE_URL": data.evidence.as_uri()} if name == "projects" else {}),
            **({"YINUO_PHOTOS_URL": data.photos.as_uri()} if name == "intake" else {}),
        }

    def migrate(self, supervisor: Supervisor) -> None:
        """Bring the service's database to the shape its code expects."""
        environment = {**self._environment, "YINUO_DATABASE_OWNER_DSN": self._owner_dsn}
        program = self._program(f"{self.name}-migrate", environment, "shared.kernel.migrations", f"services.{self.name}")
        supervisor.run(program, _MIGRATE_SECONDS)

    def start(self, supervisor: Supervisor) -> None:
        """Start the service, without waiting for it."""
        supervisor.keep(self._program(self.name, self._environment, f"services.{self.name}.main", "serve"))

    def wait(self, supervisor: Supervisor) -> None:
        """Wait until the service says that it and all it needs are ready."""
        with httpx.Client(timeout=5, trust_env=False) as client:
            supervisor.wait_until(lambda: is_ready(client, self._url), self.name, _READY_SECONDS)

    def _program(self, name: str, environment: Mapping[str, str], *module: str) -> Program:
        command = (sys.executable, "-m", *module)
        log = self._data.logs / f"{self.name}.log"
        return Program(name, command, log, environment, tier=2, stop=((signal.SIGTERM, 10.0),), folder=self._data.run)


def is_ready(client: httpx.Client, url: str) -> bool:
    """Whether the service behind a base URL answers `/readyz` with 200."""
    try:
        return client.get(f"{url}/readyz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def common_environment(data: DataDirectory, ports: Ports, counties: tuple[str, ...], clock: str) -> dict[str, str]:
    """Return the settings all services share, having made the keys they name; secrets go by file, never by value."""
    keys_file = data.secrets / "token-keys.json"
    write_private(keys_file, load_issuer().public_keys())
    return {
        "YINUO_ENVIRONMENT": "development",
        "YINUO_DEPLOYMENT": DEPLOYMENT,
        "YINUO_COUNTIES": ",".join(counties),
        "YINUO_CLOCK": clock,
        "YINUO_INSTANCE": "embedded",  # one process a service: killed and back, it has its partitions at once
        "YINUO_KAFKA": ports.address("kafka"),
        "YINUO_TOKEN_ISSUER": ISSUER,
        "YINUO_TOKEN_AUDIENCE": AUDIENCE,
        "YINUO_TOKEN_ALGORITHM": ALGORITHM,
        "YINUO_TOKEN_KEYS_FILE": str(keys_file),
        "YINUO_SEALING_KEY_FILE": str(data.sealing_key_file()),
    }


def _inherited() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN_PREFIXES) or name in _PASSED_ON}
    # The working folder is the data directory's, so what this process imports by a relative path must be named in full.
    if "PYTHONPATH" in kept:
        kept["PYTHONPATH"] = os.pathsep.join(str(Path(entry).resolve()) for entry in kept["PYTHONPATH"].split(os.pathsep))
    return kept
