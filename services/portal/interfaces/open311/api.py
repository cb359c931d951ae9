"""The addresses of GeoReport v2, below `/open311/v2`."""

import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.interfaces.open311.answers import FORMATS, Refused, answer, refusal
from services.portal.interfaces.open311.asking import asked, form
from services.portal.interfaces.open311.facts import DESCRIPTIONS, Translate, definition, request, services
from services.portal.login.oidc import LoginFailed
from services.portal.pages.receipts import later
from services.portal.pages.site import Site
from services.portal.pages.visit import spoken as spoken_by
from services.portal.pages.words import translations
from services.portal.queries.open311 import Asked, requests
from shared.kernel.tenancy import TROUBLE, county_reading
from shared.web.problem import Problem
from shared.web.requests import an_id, language, read_body

BASE = "/open311/v2"
_MOST_FIELDS = 100
_WAIT_SECONDS = 2.0
_log = structlog.get_logger(__name__)
Answer = Callable[[Request, Translate], Awaitable[Response]]


class Open311:
    """GeoReport v2 over the portal's own rows; what it creates goes to intake, carried by the portal's token for visitors."""

    def __init__(self, site: Site, *, keys: Sequence[str], keyless: bool) -> None:
        """Take the keys that may create requests; `keyless` lets everybody where there are none."""
        self._site = site
        self._keys = [key.encode() for key in keys]
        self._keyless = keyless

    def routes(self) -> list[Route]:
        """Return the addresses."""
        rows: Sequence[tuple[str, Answer, str]] = (
            ("/services.{format}", self._services, "GET"),
            ("/services/{code}.{format}", self._definition, "GET"),
            ("/requests.{format}", self._requests, "GET"),
            ("/requests.{format}", self._create, "POST"),
            ("/requests/{id}.{format}", self._request, "GET"),
            ("/tokens/{id}.{format}", self._token, "GET"),
            ("/tokens/{id}", self._token, "GET"),
        )
        return [Route(BASE + path, _guarded(inner), methods=[method]) for path, inner, method in rows]

    async def _services(self, asking: Request, _: Translate) -> Response:
        self._county(asking.query_params, _)
        return answer(_form(asking), "services", services(_))

    async def _definition(self, asking: Request, _: Translate) -> Response:
        county, code = self._county(asking.query_params, _), asking.path_params["code"]
        if code not in DESCRIPTIONS:
            raise Refused(404, _("没有这个 service_code，可选 {codes}。").format(codes=", ".join(DESCRIPTIONS)))
        return answer(_form(asking), "service_definition", definition(_, code, await self._site.names(county)))

    async def _requests(self, asking: Request, _: Translate) -> Response:
        given = dict(asking.query_params)
        county = self._county(given, _)
        wanted = asked(_, given, self._site.worker.clock.now(county))
        found = await self._found(county, wanted, _)
        headers: dict[str, str] = {}
        if len(found) == wanted.limit and wanted.need_ids is None:
            following = urlencode({**given, "page": wanted.offset // wanted.limit + 2, "page_size": wanted.limit})
            headers["Link"] = f'<{self._site.public_url}{asking.url.path}?{following}>; rel="next"'
        return answer(_form(asking), "service_requests", found, headers=headers)

    async def _request(self, asking: Request, _: Translate) -> Response:
        county = self._county(asking.query_params, _)
        found = await self._found(county, Asked(need_ids=[an_id(asking.path_params["id"])]), _)
        if not found:
            raise Refused(404, _("没有找到这个 service_request_id。"))
        return answer(_form(asking), "service_requests", found)

    async def _token(self, asking: Request, _: Translate) -> Response:
        """Say which request a token became: they are the same, but it is there only once the portal's rows know of it."""
        county, token = self._county(asking.query_params, _), an_id(asking.path_params["id"])
        if not await self._found(county, Asked(need_ids=[token]), _):
            raise Refused(404, _("还没有这个 token 对应的 service_request_id，请过一会儿再查。"))
        return answer(_form(asking), "service_requests", [{"service_request_id": str(token), "token": str(token)}])

    async def _create(self, asking: Request, _: Translate) -> Response:
        given = _fields(await read_body(asking), asking, _)
        self._admit(given.get("api_key", ""), _)
        county = self._county({**asking.query_params, **given}, _)
        names, spoken = await self._site.names(county), language(asking)
        body = form(_, given, {town["code"]: town for town in names.of_kind("town")})
        spoken_by(self._site.limit, asking)
        try:
            token = await self._site.provider.visitor(county)
        except LoginFailed as failed:
            raise Refused(503, _("登记诉求的服务暂时没有回应，请过一会儿再试。")) from failed
        ask, key = self._site.services, asking.headers.get("idempotency-key")
        made = await ask.command("intake", f"/v1/{county}/needs", token=token, body=body, key=key, language=spoken)
        if not made.ok:
            wrong = "；".join(f"{name} {text}" for name, text in made.fields.items())
            raise Refused(made.status, " ".join(part for part in (made.title or made.code, wrong) if part))
        need_id, position = made.data["id"], int(made.data["position"])
        params = {"min_position": position, "after": position - 1, "limit": 1}
        told = await ask.get("intake", f"/v1/{county}/needs/{need_id}/receipts", token, params=params, language=spoken)
        await self._site.worker.progress.reached(county, "need_cards", "intake", position, seconds=_WAIT_SECONDS)
        receipt = next((item for item in told.data.get("items", ()) if item["position"] == str(position)), None)
        return answer(_form(asking), "service_requests", [self._receipt(county, need_id, position, receipt, _)], 201)

    def _receipt(self, county: str, need_id: str, position: int, receipt: Mapping[str, Any] | None, _: Translate) -> dict[str, Any]:
        """Return what whoever created a request is told: the query code is theirs, and told once."""
        if receipt is None:
            notice, url = _("已经收到。"), self._site.public_url + later(self._site, county, need_id, str(position))
            return {
                "service_request_id": need_id,
                "service_notice": notice,
                "account_id": None,
                "extended_attributes": {"receipt_url": url},
            }
        notice = _("已经收到，回执号 {receipt}。请保存查询码，凭它查办理情况和评价。").format(receipt=receipt["receipt"])
        code = receipt["code"]
        track = f"{self._site.public_url}/c/{county}/track?{urlencode({'code': code})}" if code else None
        more = {"receipt": receipt["receipt"], "query_code": code, "track_url": track}
        return {"service_request_id": need_id, "service_notice": notice, "account_id": None, "extended_attributes": more}

    async def _found(self, county: str, wanted: Asked, _: Translate) -> list[dict[str, Any]]:
        names = await self._site.names(county)
        async with county_reading(self._site.worker.pool, county) as connection:
            rows = await requests(connection, county, wanted)
        return [request(_, row, names) for row in rows]

    def _county(self, given: Mapping[str, str], _: Translate) -> str:
        """Return the county asked for; where one alone is served, it need not be named."""
        served, told = self._site.worker.settings.counties, given.get("jurisdiction_id", "").strip()
        if not told and len(served) == 1:
            return served[0]
        if not told:
            raise Refused(400, _("请给出 jurisdiction_id（县的六位代码），可选 {codes}。").format(codes=", ".join(served)))
        if told not in served:
            raise Refused(404, _("本平台没有这个 jurisdiction_id，可选 {codes}。").format(codes=", ".join(served)))
        return told

    def _admit(self, key: str, _: Translate) -> None:
        """Let those create who hold a key; without keys everybody, in development only."""
        if not self._keys and self._keyless:
            return
        if not key:
            raise Refused(400, _("请给出 api_key，可向县学教办申请。"))
        if not any([hmac.compare_digest(key.encode("utf-8", "surrogatepass"), known) for known in self._keys]):  # noqa: C419 - all are compared
            raise Refused(403, _("api_key 不对，请核对，或向县学教办申请。"))


def _fields(body: bytes, asking: Request, _: Translate) -> dict[str, str]:
    """Return a form's fields, the last of each name."""
    if not asking.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        raise Refused(400, _("请用 application/x-www-form-urlencoded 提交。"))
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError as fault:
        raise Refused(400, _("表单不是 UTF-8，或字段太多。")) from fault


def _form(asking: Request) -> str:
    return str(asking.path_params.get("format", "json"))


def _guarded(inner: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Wrap an endpoint: whatever goes wrong is told as this interface tells it."""

    async def endpoint(asking: Request) -> Response:
        shape, spoken = _form(asking), language(asking)
        _ = translations(spoken).gettext
        try:
            return await inner(asking, _) if shape in FORMATS else refusal(shape, Refused(404, _("只有 .json 和 .xml。")))
        except Refused as refused:
            return refusal(shape, refused)
        except Problem as problem:
            wait = {name: value for name, value in problem.headers.items() if name == "Retry-After"}
            return refusal(shape, Refused(problem.status, str(problem.document(spoken, "")["title"])), wait)
        except TROUBLE as fault:
            _log.warning("open311_failed", path=asking.url.path, error=repr(fault))
            return refusal(shape, Refused(503, _("数据库暂时没有回应，请过一会儿再试。")))
        except ClientDisconnect:
            raise
        except Exception as fault:  # noqa: BLE001 - the last door
            _log.error("internal_error", path=asking.url.path, exc_info=fault)
            return refusal(shape, Refused(500, _("出错了，已经记录，请过一会儿再试。")))

    return endpoint
