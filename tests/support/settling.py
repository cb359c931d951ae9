"""When nothing moves any more: every reader has passed every lane, and deadlines were looked through since."""

import importlib
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

import httpx
from prometheus_client.parser import text_string_to_metric_families

from shared.kernel.worker import Parts

if TYPE_CHECKING:
    from tests.support.client import Platform, Written

Reader = tuple[str, str, str, str]
"""Who reads: the service or the portal, a projection or policy of it; whose lane, and which county's."""
_STANDING_STILL_SECONDS = 10.0
"""How long nothing at all moves until a reader is taken to be where it says: one that was killed tells no more than its last row."""
_LOOK_SECONDS = 0.05
_SWEEPS = 2
"""Of those that end from now on the first may have begun before."""
_CHECKPOINTS = "SELECT projection, source, county, position FROM read.checkpoints"


def level(platform: "Platform") -> "Written":
    """Wait until every reader has passed what every lane holds now, or nothing moves any more; return how much that is."""
    written = platform.written()
    ends = {lane: position for lane, (position, *_) in written.items()}
    moved, last = time.monotonic(), None
    while behind := _behind(platform, ends):
        if behind != last:
            moved, last = time.monotonic(), behind
        if time.monotonic() > moved + _STANDING_STILL_SECONDS:
            break
        time.sleep(_LOOK_SECONDS)
    return written


def swept(platform: "Platform") -> None:
    """Wait until every county's deadlines were looked through by every service, from now on."""
    wanted: dict[tuple[str, str], float] = {}
    deadline = time.monotonic() + _STANDING_STILL_SECONDS
    while time.monotonic() < deadline:
        found = {(service, labels["county"]): value for service, labels, value in _told(platform, "yinuo_timer_sweeps_total")}
        wanted = wanted or {key: value + _SWEEPS for key, value in found.items()}
        if all(found.get(key, 0) >= value for key, value in wanted.items()):
            return
        time.sleep(_LOOK_SECONDS)


def _behind(platform: "Platform", ends: Mapping[tuple[str, str], int]) -> dict[Reader, float]:
    """Return who has not come to the end of a lane of these, and where they are."""
    standing = _standing(platform)
    readers = [
        ((service, name, source, county), ends[source, county])
        for service in _processes(platform)
        for name, source in _names_and_sources(service)
        for lane, county in ends
        if lane == source
    ]
    return {reader: standing.get(reader, 0) for reader, end in readers if standing.get(reader, 0) < end}


@cache
def _names_and_sources(service: str) -> tuple[tuple[str, str], ...]:
    parts: Parts = importlib.import_module(f"services.{service}.main").PARTS
    folded = [(projection.name, contract.service) for projection in parts.projections for contract in parts.sources]
    return (*folded, *((policy.name, contract.service) for policy, contract in parts.policies))


def _standing(platform: "Platform") -> dict[Reader, float]:
    """Return where readers say that they stand, and where they have written that they do."""
    found: dict[Reader, float] = {}
    for service in _processes(platform):
        with platform.superuser(service) as connection:
            for name, source, county, position in connection.execute(_CHECKPOINTS):
                found[service, name, source, county] = position
    for service, labels, position in _told(platform, "yinuo_checkpoint_position"):
        reader = (service, labels["projection"], labels["source"], labels["county"])
        found[reader] = max(position, found.get(reader, 0))
    return found


def _told(platform: "Platform", name: str) -> Iterator[tuple[str, Mapping[str, str], float]]:
    """Yield the samples of a metric, each with who tells it."""
    for service, url in _processes(platform).items():
        try:
            text = platform.http.get(f"{url}/metrics").text
        except httpx.TransportError:
            continue  # it was killed
        for family in text_string_to_metric_families(text):
            yield from ((service, sample.labels, sample.value) for sample in family.samples if sample.name == name)


def _processes(platform: "Platform") -> Mapping[str, str]:
    """Return the base URL of everything that reads lanes."""
    portal = platform.stack.info.portal
    return {**platform.urls, **({"portal": portal} if portal else {})}
