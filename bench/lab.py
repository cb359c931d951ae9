"""The embedded stack for benchmarks: a fresh one for each part, and databases on it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.material import COUNTY
from deploy.embedded.databases import app_of, ensure_databases, owner_of
from deploy.embedded.events import Listener
from deploy.embedded.stack import Stack
from shared.kernel.migrations import migrate


@dataclass(frozen=True, slots=True)
class Database:
    """Connection strings to one database: as its owner, as a service sees it, and as the superuser."""

    name: str
    owner: str
    app: str
    superuser: str

    @property
    def socket_folder(self) -> str:
        """The folder of the server's socket, for clients that take it apart from the rest."""
        return parse_qs(urlsplit(self.superuser).query)["host"][0]


@dataclass(frozen=True, slots=True)
class Lab:
    """Where stacks are put up and who hears of it."""

    root: Path
    port_base: int
    say: Listener
    started: Callable[[Stack], None]
    """Called with each stack once it runs."""

    @property
    def spare_port(self) -> int:
        """A port the stack leaves free, for a peer that listens."""
        return self.port_base + 8

    @contextmanager
    def stack(self, part: str, services: tuple[str, ...] = (), *, portal: bool = False) -> Iterator[Stack]:
        """Yield a running stack with new data; the data goes when the part is over."""
        with (
            self.folder(part) as folder,
            Stack(folder, self.port_base, on_event=self.say, services=services, counties=(COUNTY,), portal=portal) as stack,
        ):
            self.started(stack)
            yield stack

    @contextmanager
    def on(self, folder: Path, services: tuple[str, ...], counties: tuple[str, ...], *, portal: bool = False) -> Iterator[Stack]:
        """Yield a stack under the simulated clock, as campaigns need it, on a folder that may hold data already."""
        with Stack(folder, self.port_base, "simulated", on_event=self.say, services=services, counties=counties, portal=portal) as stack:
            self.started(stack)
            yield stack

    @contextmanager
    def folder(self, part: str) -> Iterator[Path]:
        """Yield a part's own folder, which goes when the part is over."""
        folder = self.root / part
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def database(stack: Stack, name: str, service_package: str | None = None) -> Database:
    """Create a database on the stack's server; with a service's package, brought to that service's shape."""
    ensure_databases(stack.postgres, (name,))
    made = Database(name, *(stack.postgres.dsn(name, role) for role in (owner_of(name), app_of(name), "postgres")))
    if service_package is not None:
        migrate(made.owner, service_package)
    return made
