"""How soon pages come: everybody who may open them opens each in turn, one page at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from bench.portal.browser import Browser, Opened
from bench.portal.places import NOBODY, SEARCHED, Place
from bench.sampling import interleave, percentile
from campaigns.calls import Actor
from deploy.embedded.events import Listener
from deploy.embedded.issuer import load_issuer

_OK = 200
_MOVED = range(300, 400)
_ASKED = "yinuo_asked_seconds"
_PAGE_SLOW = 95.0


@dataclass(frozen=True, slots=True)
class Took:
    """How long a page took, in milliseconds: half the times at most `p50`, nearly always at most `p95`; and what of it was asking services.

    `asked` is the sum over all questions, of which some are asked at the same time: it may be more than the page took.
    """

    place: Place
    p50: float
    p95: float
    asked: float
    questions: float
    kib: float

    @property
    def name(self) -> str:
        """The page as it is listed."""
        return f"{self.place.address.replace('~', '', 1)} ({self.place.role})"


class Opening:
    """Browsers of one person of every role at a running portal, and ids for the addresses they open."""

    def __init__(self, http: httpx.Client, portal: str, services: Mapping[str, str], county: str, people: Sequence[Actor]) -> None:
        self._http = http
        self._portal = portal
        self._services = services
        self._county = county
        self._people = {actor.role: actor for actor in people}
        self.nobody = Browser(portal, county, http)
        self._browsers = {
            NOBODY: self.nobody,
            **{role: Browser(portal, county, http).signed_in(actor) for role, actor in self._people.items()},
        }

    def known(self, code: str) -> dict[str, str]:
        """Return what stands for the names in addresses; what a list has none of is left out."""
        unit = self._people["unit"].unit or ""
        ends = self._get("intake", "/as-of")["positions"]
        levels = self._get("projects", "/profiles")["items"][-1]["profile"]["levels"]
        found = {"county": self._county, "code": code, "unit": unit, "service": "projects", "name": "openapi", "level": levels[0]["code"]}
        found |= {"middle": str(int(ends["intake"]) // 2), "early": str(max(1, int(ends["intake"]) // 4))}
        for name, (service, path, field) in SEARCHED.items():
            items = self._get(service, path)["items"]
            if items:
                found[name] = str(items[0][field])
        need = self._get("intake", f"/needs/{found['need_id']}")
        return {**found, "town": need["town"], **self._months()}

    def _months(self) -> dict[str, str]:
        """Return by data set the month with the most rows."""
        told = self._http.get(f"{self._portal}/open/{self._county}/index.json").raise_for_status().json()
        return {f"{each['name']}_month": max(each["months"], key=lambda one: one["rows"])["month"] for each in told["datasets"]}

    def measure(self, places: Sequence[Place], known: Mapping[str, str], rounds: int, say: Listener) -> tuple[list[Took], list[str]]:
        """Open each page so many times in turn; return what they took, the slowest first, and those there is no example of."""
        openable = [place for place in places if self._address(place, known) is not None and place.role in self._browsers]
        missing = [f"{place.address} ({place.role})" for place in places if place not in openable]
        first = {place: self._open(place, known) for place in openable}
        asked = {place: self._asked_of(place, known) for place in openable}
        contestants: dict[str, Callable[[], float]] = {
            str(index): partial(self._seconds, place, known) for index, place in enumerate(openable)
        }
        samples = interleave("portal pages", contestants, rounds, say)
        took = [
            Took(
                place,
                1_000 * percentile(samples[str(index)], 50),
                1_000 * percentile(samples[str(index)], _PAGE_SLOW),
                *asked[place],
                len(first[place].text.encode()) / 1_024,
            )
            for index, place in enumerate(openable)
        ]
        return sorted(took, key=lambda one: -one.p95), missing

    def _seconds(self, place: Place, known: Mapping[str, str]) -> float:
        return self._open(place, known).seconds

    def _open(self, place: Place, known: Mapping[str, str]) -> Opened:
        """Open a page; RuntimeError where it is not shown: a refusal is quick."""
        opened = self._browsers[place.role].open(self._address(place, known) or "")
        if opened.status != _OK and not (place.moves_on and opened.status in _MOVED):
            raise RuntimeError(f"{place.address} as {place.role}: {opened.status} {opened.text[:300]}")
        return opened

    def _asked_of(self, place: Place, known: Mapping[str, str]) -> tuple[float, float]:
        """Return the milliseconds and the number of questions to services that opening a page once costs."""
        before = self._asked()
        self._open(place, known)
        seconds, questions = (now - then for now, then in zip(self._asked(), before, strict=True))
        return 1_000 * seconds, questions

    def _asked(self) -> tuple[float, float]:
        sums = {f"{_ASKED}_sum": 0.0, f"{_ASKED}_count": 0.0}
        for family in text_string_to_metric_families(self._http.get(f"{self._portal}/metrics").text):
            for sample in family.samples:
                if sample.name in sums:
                    sums[sample.name] += sample.value
        return sums[f"{_ASKED}_sum"], sums[f"{_ASKED}_count"]

    def _get(self, service: str, path: str) -> Any:  # noqa: ANN401 - any JSON
        token = load_issuer().issue("auditor", self._county)
        answer = self._http.get(f"{self._services[service]}/v1/{self._county}{path}", headers={"Authorization": f"Bearer {token}"})
        return answer.raise_for_status().json()

    @staticmethod
    def _address(place: Place, known: Mapping[str, str]) -> str | None:
        try:
            return place.address.format_map(known)
        except KeyError:
            return None
