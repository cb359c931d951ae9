"""What a run was measured on, said before anything is measured."""

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path

import psutil
import psycopg

from bench.counts import Counts
from bench.figures import Figure
from deploy.embedded.jars import KAFKA_VERSION

_PACKAGES = ("aiokafka", "asyncpg", "eventsourcing", "fastapi", "faststream", "orjson", "pydantic", "uvicorn", "uvloop", "yinuo")
_SETTINGS = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "wal_sync_method",
)


def machine(data: Path, superuser_dsn: str, counts: Counts) -> Figure:
    """Return the first line of a run: cores, and under its conditions the machine, the settings, versions and sizes."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    conditions = {
        "cpu": cpu_model(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
        "file_system": file_system(data),
        "postgres": _settings(superuser_dsn),
        "kafka": KAFKA_VERSION,
        "python": platform.python_version(),
        "node": _node(),
        "packages": {name: metadata.version(name) for name in _PACKAGES},
        "rounds": counts.rounds,
        "project_events": counts.project_events,
        "log_sizes": list(counts.log_sizes),
    }
    return Figure("machine", float(cores), "cores", conditions=conditions)


def cpu_model() -> str:
    """Return the processor's name as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def file_system(folder: Path) -> str:
    """Return the kind of file system a folder is on: on `tmpfs` an fsync costs nothing, and figures say little."""
    partitions = [part for part in psutil.disk_partitions(all=True) if folder.is_relative_to(part.mountpoint)]
    return max(partitions, key=lambda part: len(part.mountpoint)).fstype if partitions else "unknown"


def _settings(dsn: str) -> dict[str, str]:
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT name, current_setting(name) FROM unnest(%s::text[]) AS name", (list(_SETTINGS),))
        return dict(sorted(found.fetchall()))


def _node() -> str | None:
    node = shutil.which("node")
    if node is None:
        return None
    return subprocess.run([node, "--version"], check=False, capture_output=True, text=True, timeout=10).stdout.strip()
