"""Asking the services, as somebody of a county, as of positions; problems become refusals of the verb."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from cli.exits import CommandError, Exit

_PAGE = "500"
_SECONDS = 300.0
"""A report over a long history is folded first."""
_ATTEMPTS, _PAUSE_SECONDS = 10, 0.3
_REFUSED = 400
_PASSING = {"unavailable", "projection_behind", "as_of_position_unknown"}
"""Problems that may only mean that a service has not heard yet of what another recorded a moment ago."""
_EXITS = {401: Exit.DENIED, 403: Exit.DENIED, 404: Exit.NOT_FOUND, 409: Exit.CONFLICT, 503: Exit.DEPENDENCY_DOWN}


class ProblemError(CommandError):
    """A service's refusal, with its code."""

    def __init__(self, service: str, path: str, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(f"{service} refuses {path}: {document.get('title')} ({document.get('code')})", _EXITS.get(status, Exit.USAGE))
        self.problem = str(document.get("code"))


class Asking:
    """A county's services. As of positions, once they are known: a vector is understood by every service that reads its lanes."""

    def __init__(self, http: httpx.AsyncClient, urls: Mapping[str, str], county: str, as_of: str | None = None) -> None:
        self.county = county
        self.services = tuple(urls)
        self.as_of = as_of
        self._http = http
        self._urls = urls

    def at(self, as_of: str | None) -> "Asking":
        """Return the same, as of other positions; None is the present."""
        return Asking(self._http, self._urls, self.county, as_of)

    async def get(self, service: str, path: str, params: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - a JSON document
        """Return what a query answers; ProblemError where it is refused, CommandError where the service does not answer."""
        asked = {**(params or {}), **({} if self.as_of is None else {"as_of": self.as_of})}
        for attempt in range(_ATTEMPTS):
            if attempt:
                await asyncio.sleep(_PAUSE_SECONDS)
            try:
                answer = await self._http.get(f"{self._urls[service]}/v1/{self.county}{path}", params=asked)
            except httpx.TransportError as fault:
                raise CommandError(f"{service} does not answer ({type(fault).__name__}): start the stack.", Exit.DEPENDENCY_DOWN) from fault
            if answer.status_code < _REFUSED:
                return answer.json()
            document = answer.json()
            if document.get("code") not in _PASSING:
                break
        raise ProblemError(service, path, answer.status_code, document)

    async def pages(self, service: str, path: str, params: Mapping[str, str] | None = None) -> AsyncIterator[list[Any]]:
        """Yield a list page by page."""
        after: str | None = "0"
        while after is not None:
            page = await self.get(service, path, {**(params or {}), "limit": _PAGE, "after": after})
            yield page["items"]
            after = page["next"]

    async def items(self, service: str, path: str, params: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """Return all items of a list."""
        return [item async for page in self.pages(service, path, params) for item in page]

    async def known(self, service: str, path: str) -> Any:  # noqa: ANN401 - a JSON document
        """Return a resource."""
        return await self.get(service, path)


@asynccontextmanager
async def asking(urls: Mapping[str, str], county: str, token: str) -> AsyncIterator[Asking]:
    """Yield a county's services, asked by the bearer of a token; loopback traffic passes by any proxy."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    async with httpx.AsyncClient(headers=headers, timeout=_SECONDS, trust_env=False) as http:
        yield Asking(http, urls, county)
