"""What must hold before anything is started: free ports and room on the disk."""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.failures import DependencyDownError, disk_sentences

SERVICES = ("intake", "projects", "supervision", "scoring")
LOOPBACK = "127.0.0.1"
DEFAULT_PORT_BASE = 8080
_LEAST_FREE_BYTES = 1024**3
_OFFSETS = {"portal": 0, "intake": 1, "projects": 2, "supervision": 3, "scoring": 4, "issuer": 5, "kafka": 12, "controller": 13}
HIGHEST_PORT_BASE = 65535 - max(_OFFSETS.values())


@dataclass(frozen=True)
class Ports:
    """The stack's ports, all counted from one base."""

    base: int

    def of(self, name: str) -> int:
        """Return the port of a service, of the portal or its issuer, of `kafka` or of its `controller`."""
        return self.base + _OFFSETS[name]

    def address(self, name: str) -> str:
        """Return `host:port`."""
        return f"{LOOPBACK}:{self.of(name)}"

    def url(self, service: str) -> str:
        """Return a service's base URL."""
        return f"http://{self.address(service)}"

    def taken(self, services: tuple[str, ...] = SERVICES) -> tuple[str, int] | None:
        """Return name and number of the first port that something else listens on, or None."""
        for name in (*services, "kafka", "controller"):
            with socket.socket() as probe:
                # As the servers do it: a connection that is still winding down does not count as taken.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((LOOPBACK, self.of(name)))
                except OSError:
                    return name, self.of(name)
        return None

    def check(self, services: tuple[str, ...] = SERVICES) -> None:
        """Refuse a base of which any port is taken."""
        if found := self.taken(services):
            name, port = found
            raise DependencyDownError(
                f"Port {port}, for {name}, is taken: stop what listens there, or choose other ports with --port-base (now {self.base})."
            )


def free_bytes(folder: Path) -> int:
    """Return the bytes free on the disk that holds, or will hold, the folder."""
    with disk_sentences(folder):
        existing = next(step for step in (folder, *folder.parents) if step.exists())
        return shutil.disk_usage(existing).free


def check_disk(folder: Path) -> None:
    """Refuse a disk with less than 1 GiB free."""
    free = free_bytes(folder)
    if free < _LEAST_FREE_BYTES:
        raise DependencyDownError(
            f"The disk that holds {folder} has only {free // 1024**2} MiB free, and 1024 are needed: "
            "free some space, or choose another folder with --data."
        )
