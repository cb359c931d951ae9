"""The lanes as transparency logs over HTTP (c2sp.org/tlog-tiles): what is public, and what takes an auditor's token."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.tiles import Bundle, Tile, parse_path
from shared.kernel.tenancy import TROUBLE
from shared.kernel.transparency.notary import Notary
from shared.kernel.worker import Worker
from shared.web.problem import Problem
from shared.web.requests import Door, correlation_of, language
from shared.web.routes import require_role

_TEXT = "text/plain; charset=utf-8"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_SHORTLY = {"Cache-Control": "no-cache"}
_READERS = ("auditor",)
_DIGITS = 19


class Tlog:
    """The endpoints below `/tlog/{county}`."""

    def __init__(self, worker: Callable[[], Worker], door: Callable[[], Door]) -> None:
        self._worker = worker
        self._door = door

    def routes(self) -> list[Route]:
        """Return them all."""
        served = {
            "checkpoint": self.checkpoint,
            "vkey": self.vkey,
            "policy": self.policy,
            "proof/{position}": self.proof,
            "tile/{path:path}": self.tile,
        }
        return [Route(f"/tlog/{{county}}/{path}", self._guarded(answer), methods=["GET"]) for path, answer in served.items()]

    async def checkpoint(self, request: Request) -> Response:
        """The latest checkpoint, with the cosignatures it has by now."""
        note = await self._notary(request).trees.latest(_county(request))
        if note is None:
            raise Problem("not_found")
        return Response(note, media_type=_TEXT, headers=_SHORTLY)

    async def vkey(self, request: Request) -> Response:
        """The verifier keys the lane is signed with, one a line, the newest first."""
        keys = self._notary(request).identity.log_keys(_county(request))
        return Response("".join(f"{key.verifying.vkey}\n" for key in keys), media_type=_TEXT, headers=_SHORTLY)

    async def policy(self, request: Request) -> Response:
        """The trust policy this deployment goes by: its logs, its witnesses, how many must have cosigned (c2sp.org/tlog-policy)."""
        return Response(self._notary(request).identity.policy.dump(), media_type=_TEXT, headers=_SHORTLY)

    async def tile(self, request: Request) -> Response:
        """A tile of hashes, public; or a bundle of entries, the events' very bytes, for auditors."""
        try:
            wanted = parse_path(f"tile/{request.path_params['path']}")
        except ProofError as fault:
            raise Problem("not_found") from fault
        county, trees = _county(request), self._notary(request).trees
        if isinstance(wanted, Bundle):
            require_role((await self._door().principal(request)).actor, _READERS)
            found = await trees.bundle(county, wanted)
        else:
            assert isinstance(wanted, Tile)  # noqa: S101 - there are no other kinds
            found = await trees.tile(county, wanted)
        if found is None:
            raise Problem("not_found")
        headers = _FOR_EVER if isinstance(wanted, Tile) else {"Cache-Control": "private, max-age=31536000, immutable"}
        return Response(found, media_type="application/octet-stream", headers=headers)

    async def proof(self, request: Request) -> Response:
        """The receipt of the event at a position (c2sp.org/tlog-proof), for auditors."""
        text = request.path_params["position"]
        if not text.isascii() or not text.isdigit() or len(text) > _DIGITS or int(text) < 1:
            raise Problem("not_found")
        notary = self._notary(request)
        require_role((await self._door().principal(request)).actor, _READERS)
        receipt = await notary.receipt(_county(request), int(text))
        if receipt is None:
            raise Problem("not_yet_witnessed", headers={"Retry-After": "5"})
        headers = {"Content-Disposition": f'attachment; filename="{notary.identity.service}-{_county(request)}-{text}.tlog-proof"'}
        return Response(receipt, media_type=_TEXT, headers=headers)

    def _notary(self, request: Request) -> Notary:
        notary = self._worker().notary
        if notary is None or _county(request) not in notary.counties:
            raise Problem("not_found")
        return notary

    @staticmethod
    def _guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                return await answer(request)
            except Problem as problem:
                return problem.response(language(request), correlation_of(request))
            except TROUBLE:
                return Problem("unavailable", headers={"Retry-After": "1"}).response(language(request), correlation_of(request))

        return endpoint


def _county(request: Request) -> str:
    return str(request.path_params["county"])
