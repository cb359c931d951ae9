"""The development issuer over HTTP: an OIDC provider on loopback with one click per person, for the embedded stack and nothing else.

`python -m deploy.embedded.issuing PORT CLIENT_SECRET_FILE PEOPLE_FILE REDIRECT`: authorization code with PKCE (S256), refresh tokens,
client credentials with a scope `visitor:<county>`. Codes are good once and for a minute; nothing is kept when it stops.
"""

import base64
import hashlib
import hmac
import html
import secrets
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.embedded.issuer import CLIENT, DEFAULT_TTL_SECONDS, ROLES, VISITOR, Issuer, check_claims, load_issuer
from deploy.embedded.people import KNOWN, LABELS, Person, people_of

_CODE_SECONDS = 60.0
_VISITOR = "visitor:"
_TOKEN_SECONDS = 3_600
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
_STYLE = """
body{font:16px/1.6 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;
color:#1f2933;background:#f5f6f8}h1{font-size:1.4rem}p{color:#52606d}ul{list-style:none;padding:0;display:grid;gap:.75rem;
grid-template-columns:repeat(auto-fill,minmax(13rem,1fr))}a.person{display:block;min-height:44px;padding:.75rem 1rem;background:#fff;
border:1px solid #cbd2d9;border-radius:8px;color:#1f2933;text-decoration:none}a.person:hover,a.person:focus{border-color:#9b1c1c}
small{display:block;color:#52606d}form{margin-top:2rem;display:grid;gap:.5rem;max-width:22rem}input,select,button{font:inherit;
min-height:44px;padding:.25rem .5rem}
"""


@dataclass
class _Granted:
    """What a code or refresh token stands for."""

    person: Person
    county: str
    challenge: str = ""
    redirect: str = ""
    nonce: str | None = None
    until: float = field(default_factory=lambda: time.monotonic() + _CODE_SECONDS)


class Issuing:
    """The provider's endpoints."""

    def __init__(self, issuer: Issuer, secret: str, people: Path, redirect: str) -> None:
        self._issuer = issuer
        self._secret = secret
        self._people = people
        self._redirect = redirect
        self._codes: dict[str, _Granted] = {}
        self._refresh: dict[str, _Granted] = {}

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        return [
            Route("/authorize", self.authorize, methods=["GET"]),
            Route("/token", self.token, methods=["POST"]),
            Route("/keys", self.keys, methods=["GET"]),
            Route("/livez", _alive, methods=["GET"]),
        ]

    async def keys(self, _request: Request) -> Response:
        """Return the public keys."""
        return Response(self._issuer.public_keys(), media_type="application/json")

    async def authorize(self, request: Request) -> Response:
        """Show the people there are; the one clicked on, or described by a form, is sent back with a code."""
        asked = request.query_params
        if asked.get("client_id") != CLIENT or asked.get("redirect_uri") != self._redirect:
            return HTMLResponse("<p>Not a client of this issuer, or not its address.</p>", 400)
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
            return self._back(asked, error="invalid_request")
        county = asked.get("county", "")
        if (role := asked.get("role")) is None:
            return _page(asked, county if county in KNOWN or county.isdecimal() else "", people_of(self._people, county))
        person = Person(role, asked.get("sub") or f"dev-{role}", asked.get("unit") or None, asked.get("branch") or None)
        try:
            check_claims((person.role,), county)
        except ValueError as fault:
            return HTMLResponse(f"<p>{html.escape(str(fault))}</p>", 400)
        code = secrets.token_urlsafe(32)
        self._codes[code] = _Granted(person, county, asked["code_challenge"], asked["redirect_uri"], asked.get("nonce"))
        return self._back(asked, code=code)

    async def token(self, request: Request) -> Response:
        """Exchange a code, a refresh token, or the client's own credentials for tokens."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        if not self._is_client(request, form):
            return JSONResponse({"error": "invalid_client"}, 401, headers={"WWW-Authenticate": "Basic"})
        match form.get("grant_type"):
            case "authorization_code":
                granted = self._codes.pop(form.get("code", ""), None)
                proof = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
                good = granted is not None and granted.until > time.monotonic() and hmac.compare_digest(proof, granted.challenge)
                return self._tokens(granted, granted.nonce) if granted is not None and good else _refused("invalid_grant")
            case "refresh_token":
                granted = self._refresh.pop(form.get("refresh_token", ""), None)
                return _refused("invalid_grant") if granted is None else self._tokens(granted)
            case "client_credentials":
                return self._visitor(form.get("scope", ""))
        return _refused("unsupported_grant_type")

    def _visitor(self, scope: str) -> Response:
        """Return a token under which the client carries in what people of a county say who do not sign in."""
        county = next((word.removeprefix(_VISITOR) for word in scope.split() if word.startswith(_VISITOR)), "")
        try:
            token = self._issuer.issue(VISITOR, county, sub="portal-visitors", ttl=DEFAULT_TTL_SECONDS)
        except ValueError:
            return _refused("invalid_scope")
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": DEFAULT_TTL_SECONDS})

    def _tokens(self, granted: _Granted, nonce: str | None = None) -> Response:
        person = granted.person
        refresh = secrets.token_urlsafe(32)
        self._refresh[refresh] = granted
        access = self._issuer.issue(person.role, granted.county, sub=person.sub, unit=person.unit, branch=person.branch, ttl=_TOKEN_SECONDS)
        said: dict[str, Any] = {"access_token": access, "token_type": "Bearer", "expires_in": _TOKEN_SECONDS, "refresh_token": refresh}
        if nonce is not None:
            said["id_token"] = self._issuer.identify(person.sub, CLIENT, nonce, ttl=_TOKEN_SECONDS)
        return JSONResponse(said, headers={"Cache-Control": "no-store"})

    def _is_client(self, request: Request, form: Mapping[str, str]) -> bool:
        scheme, _, told = request.headers.get("authorization", "").partition(" ")
        try:
            name, _, secret = base64.b64decode(told).decode().partition(":") if scheme.lower() == "basic" else ("", "", "")
        except ValueError:
            return False
        name, secret = name or form.get("client_id", ""), secret or form.get("client_secret", "")
        return name == CLIENT and hmac.compare_digest(secret.encode(), self._secret.encode())

    def _back(self, asked: Mapping[str, str], **told: str) -> Response:
        return RedirectResponse(f"{self._redirect}?{urlencode({**told, 'state': asked.get('state', '')})}", 303)


def _page(asked: Mapping[str, str], county: str, people: list[Person]) -> Response:
    kept = {name: value for name, value in asked.items() if name not in {"role", "sub", "unit", "branch", "county"}}
    links = "".join(
        f'<li><a class="person" href="?{html.escape(urlencode({**kept, **person.claims(), "county": county}))}">'
        f"{html.escape(person.label)}<small>{html.escape(person.detail)}</small></a></li>"
        for person in people
    )
    hidden = "".join(f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">' for name, value in kept.items())
    roles = "".join(f'<option value="{role}">{LABELS.get(role, role)}</option>' for role in ROLES)
    fields = "".join(
        f'<label for="{name}">{label}</label><input id="{name}" name="{name}" value="{html.escape(value)}">'
        for name, label, value in (("county", "县代码", county), ("sub", "账号", ""), ("unit", "单位代码", ""), ("branch", "支部代码", ""))
    )
    text = (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>开发登录</title><style>{_STYLE}</style><main><h1>开发登录 · {html.escape(KNOWN.get(county, county))}</h1>"
        "<p>这里只用于本机演示：点一个身份即可登录，没有密码。正式部署使用本单位的统一身份认证。</p>"
        f'<ul>{links}</ul><form method="get">{hidden}<label for="role">其他身份</label><select id="role" name="role">{roles}</select>'
        f"{fields}<button>登录</button></form></main></html>"
    )
    style = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    return HTMLResponse(text, headers={name: value.format(style=style) for name, value in _HEADERS.items()})


def _refused(error: str) -> Response:
    return JSONResponse({"error": error}, 400)


async def _alive(_request: Request) -> Response:
    return JSONResponse({"status": "alive"})


def main(arguments: list[str]) -> int:
    """Serve until stopped."""
    port, secret, people, redirect = arguments
    issuing = Issuing(load_issuer(), Path(secret).read_text(encoding="utf-8").strip(), Path(people), redirect)
    app = Starlette(routes=issuing.routes())
    uvicorn.run(app, host="127.0.0.1", port=int(port), access_log=False, log_level="warning", server_header=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
