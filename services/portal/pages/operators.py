"""For operators: how every service is by its own word, how far everybody has read, what was set aside, and what to do about it."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import Response

from services.portal.lanes import LANES
from services.portal.pages.services import Answer
from services.portal.pages.visit import Page, Visit
from services.portal.queries.archive import reach
from services.portal.queries.operating import checkpoints, parked
from shared.kernel.checkpoints import CODE_VERSION

READERS = ("operator", "auditor")
_SECONDS = 4.0
_MOST_PARKED = 50
_READY = 200
_LONGEST_ACCOUNT = 128
Samples = Mapping[str, Sequence[tuple[Mapping[str, str], float]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What one service says of itself; `answers` is False where it says nothing."""

    name: str
    answers: bool = False
    ready: bool = False
    wrong: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    head: int | None = None
    """The end of its lane in this county."""
    last_at: str | None = None
    samples: Samples = field(default_factory=dict)

    def value(self, metric: str, **labels: str) -> int | None:
        """Return a metric's value with these labels; None where it has not been told since the service began."""
        found = [value for told, value in self.samples.get(metric, ()) if labels.items() <= told.items()]
        return int(found[0]) if found else None

    def each(self, metric: str, county: str) -> list[tuple[Mapping[str, str], int]]:
        """Return a metric's values of a county, with their labels."""
        return [(labels, int(value)) for labels, value in self.samples.get(metric, ()) if labels.get("county", county) == county]


async def operators(visit: Visit) -> Response:
    """Show it all; a service that does not answer is a row that says so. An operator may take an account's right away."""
    if visit.posted and (response := await _revoked(visit)) is not None:
        return response
    readings = await asyncio.gather(*(_read(visit, service) for service in LANES))
    async with visit.reading() as connection:
        stands = await checkpoints(connection, visit.county)
        aside, parked_here = await parked(connection, visit.county, _MOST_PARKED)
        _, received = await reach(connection, visit.county)
    own = await _portal(visit)
    heads = {reading.name: reading.head for reading in readings}
    return await visit.show(
        "operators.html",
        services=[_service(visit.county, reading, dict(zip(LANES, received, strict=True)).get(reading.name, 0)) for reading in readings],
        portal=own,
        lags=_lags(visit.county, (*readings, own), heads, stands),
        consumers=[(reading.name, labels["consumer"], lag) for reading in (*readings, own) for labels, lag in _consumers(reading)],
        aside=aside,
        parked_here=parked_here,
        counters=[(reading.name, labels["projection"], n) for reading in readings for labels, n in _parked(visit.county, reading) if n],
        lanes=LANES,
        alarms=[(reading.name, n) for reading in readings for _, n in reading.each("yinuo_proof_alarms_total", visit.county) if n],
        away=[reading.name for reading in readings if not reading.answers],
    )


async def _revoked(visit: Visit) -> Response | None:
    """End an account's sessions and streams, and let no token of it count here that was issued before now."""
    account = visit.text("account")
    if visit.signed_in is None or "operator" not in visit.roles or not 0 < len(account) <= _LONGEST_ACCOUNT:
        visit.said.append({"kind": "error", "text": visit._("请由运维人员填写要停用的账号，128 个字符以内。")})
        return None
    await visit.site.authority.revoke(visit.county, account, visit.signed_in.principal.actor.sub)
    visit.site.sessions.forget()
    return visit.go("/operators", said="account_revoked")


async def _read(visit: Visit, service: str) -> Reading:
    services = visit.site.services
    try:
        async with asyncio.timeout(_SECONDS):
            ready, told, now = await asyncio.gather(
                services.get(service, "/readyz", None), services.get(service, "/metrics", None), visit.get(service, "/as-of")
            )
    except TimeoutError:
        return Reading(service)
    if "wrong" not in ready.data:
        return Reading(service)
    return Reading(
        service,
        answers=True,
        ready=ready.status == _READY,
        wrong=ready.data["wrong"],
        version=str(now.data.get("code_version", "")),
        head=_own_head(now, service),
        last_at=now.data.get("recorded_at") if now.ok else None,
        samples=_samples(told.content.decode()) if told.ok else {},
    )


async def _portal(visit: Visit) -> Reading:
    wrong = await visit.site.worker.readiness()
    told = await asyncio.to_thread(generate_latest)
    return Reading("portal", answers=True, ready=not wrong, wrong=wrong, version=CODE_VERSION, samples=_samples(told.decode()))


def _own_head(now: Answer, service: str) -> int | None:
    return int(now.data["positions"][service]) if now.ok else None


def _samples(text: str) -> Samples:
    found: dict[str, list[tuple[Mapping[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        if family.name.startswith("yinuo_") and family.type in {"gauge", "counter"}:
            for sample in family.samples:
                found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def _service(county: str, reading: Reading, received: int) -> dict[str, Any]:
    cosigned = [position for _, position in reading.each("yinuo_cosigned_position", county)]
    return {
        "name": reading.name,
        "answers": reading.answers,
        "ready": reading.ready,
        "wrong": reading.wrong,
        "version": reading.version,
        "head": reading.head,
        "last_at": reading.last_at,
        "relayed": reading.value("yinuo_relay_position", county=county),
        "received": received,
        "signed": reading.value("yinuo_signed_position", county=county),
        "cosigned": min(cosigned) if cosigned else None,
    }


def _lags(
    county: str, readings: Sequence[Reading], heads: Mapping[str, int | None], stands: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return where projections stand: the portal's by its rows, those of services as far as they told since they began."""
    rows = [{"service": "portal", **stand} for stand in stands]
    for reading in readings:
        if reading.name != "portal":
            rows += [
                {"service": reading.name, "projection": labels["projection"], "source": labels["source"], "position": position}
                for labels, position in reading.each("yinuo_checkpoint_position", county)
            ]
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        head = heads.get(row["source"])
        lag = None if head is None else max(0, head - row["position"])
        reader = found.setdefault(f"{row['service']}.{row['projection']}", {"worst": 0, "lanes": {}})
        reader["lanes"][row["source"]] = (lag, row["position"])
        reader["worst"] = max(reader["worst"], lag or 0)
    return sorted(({"name": name, **reader} for name, reader in found.items()), key=lambda reader: (-reader["worst"], reader["name"]))


def _consumers(reading: Reading) -> list[tuple[Mapping[str, str], int]]:
    return [(labels, int(value)) for labels, value in reading.samples.get("yinuo_consumer_lag_records", ())]


def _parked(county: str, reading: Reading) -> list[tuple[Mapping[str, str], int]]:
    return reading.each("yinuo_parked_events_total", county)


PAGES = (Page("/c/{county}/operators", operators, roles=READERS),)
