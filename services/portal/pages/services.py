"""The four services as a person's browser would ask them: their token, their language, their commands."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from prometheus_client import Summary

from services.portal.pages.words import translations

_SECONDS = 15.0
_SOON_SECONDS = 5.0
"""How long a connection is waited for: where there is none by then, the service is away."""
_CONNECTIONS = 50
_NUMBER = re.compile(r"\d+")
_REFUSED = 400
_AWAY = 503
_ASKED = Summary("yinuo_asked_seconds", "How long services took to answer the portal", ["service"])


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered: data, or a problem whose `title` is a sentence for whoever asked."""

    status: int
    data: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it was done or found."""
        return self.status < _REFUSED

    @property
    def code(self) -> str:
        """The problem's stable code; empty where there is none."""
        return "" if self.ok else str(self.data.get("code", "unavailable"))

    @property
    def title(self) -> str:
        """The problem's sentence; empty where there is none, or the service did not say one."""
        return "" if self.ok else str(self.data.get("title", ""))

    @property
    def fields(self) -> dict[str, str]:
        """By field, what is wrong with it."""
        _ = translations(self.headers.get("content-language", "zh")).gettext
        return {str(error.get("pointer", "")).lstrip("/").split("/")[0]: _wrong(_, error) for error in self.data.get("errors", ())}


class Services:
    """Asks services over HTTP; one that does not answer is an answer too (503)."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._urls = dict(urls)
        # Connections of their own for each: one that hangs takes up no other's. Services stand beside the portal, no proxy in between.
        limits, timeout = httpx.Limits(max_connections=_CONNECTIONS), httpx.Timeout(_SECONDS, connect=_SOON_SECONDS, pool=_SOON_SECONDS)
        self._http = {name: httpx.AsyncClient(timeout=timeout, trust_env=False, limits=limits) for name in urls}

    async def close(self) -> None:
        """Close connections."""
        for http in self._http.values():
            await http.aclose()

    async def get(
        self, service: str, path: str, token: str | None, *, params: Mapping[str, Any] | None = None, language: str = "zh"
    ) -> Answer:
        """Return what a query answers; `path` begins with the version, as in `/v1/430523/needs`."""
        asked = {name: value for name, value in (params or {}).items() if value not in (None, "")}
        return await self._sent("GET", service, path, _headers(token, language), params=asked)

    async def command(
        self,
        service: str,
        path: str,
        token: str | None,
        body: Mapping[str, Any],
        *,
        key: str | None = None,
        version: str | None = None,
        language: str = "zh",
    ) -> Answer:
        """Send a command; with `key`, sent twice it gets the first answer; with `version`, only if nothing changed since it was seen."""
        headers = {**_headers(token, language), "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        if version:
            headers["If-Match"] = f'"{version}"'
        return await self._sent("POST", service, path, headers, content=orjson.dumps(body))

    async def upload(
        self, service: str, path: str, token: str | None, content: bytes, *, headers: Mapping[str, str], language: str = "zh"
    ) -> Answer:
        """Send a file's bytes; `headers` say what they are."""
        return await self._sent("POST", service, path, {**_headers(token, language), **headers}, content=content)

    async def _sent(self, method: str, service: str, path: str, headers: Mapping[str, str], **more: Any) -> Answer:  # noqa: ANN401
        try:
            with _ASKED.labels(service).time():
                answer = await self._http[service].request(method, f"{self._urls[service]}{path}", headers=dict(headers), **more)
        except httpx.HTTPError:
            return Answer(_AWAY, {"code": "unavailable"})
        media_type = answer.headers.get("content-type", "")
        data: Mapping[str, Any] = {}
        if "json" in media_type:
            found = orjson.loads(answer.content)
            data = found if isinstance(found, dict) else {"items": found}
        return Answer(answer.status_code, data, answer.content, media_type, dict(answer.headers))


def _wrong(_: Callable[[str], str], error: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, as a sentence for whoever filled it in."""
    detail = str(error.get("detail") or error.get("code") or "")
    match error.get("code"):
        case "missing" | "string_too_short":
            return _("请填写这一项。")
        case "string_too_long" if (most := _NUMBER.search(detail)) is not None:
            return _("这一项最多 {most} 字，请缩短。").format(most=most[0])
        case "string_pattern_mismatch":
            return _("这一项的写法不符合要求，请检查有没有多余的字符。")
    return detail


def _headers(token: str | None, language: str) -> dict[str, str]:
    return {"Accept-Language": language, **({} if token is None else {"Authorization": f"Bearer {token}"})}
