"""The committed realm as a test runs it: its addresses, some accounts, and the stack that believes it."""

import base64
import hashlib
import json
import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from deploy.embedded.portal import OtherProvider
from deploy.embedded.preflight import LOOPBACK, SERVICES, Ports
from deploy.embedded.stack import Stack
from tests.support.browsing import Browser
from tests.support.client import FENG, SHAOYANG, TOWN, Platform
from tests.support.keycloak import CLIENT_SECRET, REALM, REALM_FILE, Keycloak, starting
from tests.support.stack import data_folder, free_port_base

PASSWORD = "a-word-nobody-guesses-9"  # noqa: S105 - of accounts made for a test
ELSEWHERE = "elsewhere"
"""Another realm of the same server."""
COMMAND_LINE = "http://localhost:8080/command-line"
"""Where the realm lets programs be sent back to that are no web site."""
ACCOUNTS: dict[str, dict[str, Any]] = {
    "office-lin": {"role": "office", "county": SHAOYANG},
    "unit-wang": {"role": "unit", "county": SHAOYANG, "unit": TOWN},
    "office-feng": {"role": "office", "county": FENG},
    "leaver-zhou": {"role": "office", "county": SHAOYANG},
    "guest-wu": {"role": None, "county": SHAOYANG},
}
_TOKEN_SECONDS = 60
"""So short that the portal renews a token at every request."""


def realm(portal: str, name: str = REALM) -> dict[str, Any]:
    """Return the committed realm with a portal at another address, short-lived tokens, and accounts."""
    text = re.sub(r"http://(localhost|127\.0\.0\.1):8080/login/done", f"{portal}/login/done", REALM_FILE.read_text(encoding="utf-8"))
    content: dict[str, Any] = json.loads(text)
    users = [_user(account, **told) for account, told in ACCOUNTS.items()]
    client = next(each for each in content["clients"] if each["clientId"] == "yinuo-portal")
    client["attributes"]["post.logout.redirect.uris"] = f"{portal}/*"
    return {**content, "realm": name, "accessTokenLifespan": _TOKEN_SECONDS, "users": users}


def _user(name: str, role: str | None, **attributes: str) -> dict[str, Any]:
    return {
        "username": name,
        "enabled": True,
        "attributes": {key: [value] for key, value in attributes.items()},
        "credentials": [{"type": "password", "value": PASSWORD}],
        "clientRoles": {"yinuo": [role]} if role else {},
    }


@dataclass
class World:
    """Services and portal that believe Keycloak alone."""

    platform: Platform
    keycloak: Keycloak

    @property
    def portal(self) -> str:
        """Where the portal is."""
        address = self.platform.stack.info.portal
        assert address is not None
        return address

    def visitor(self) -> Browser:
        """Return somebody who has not signed in."""
        return Browser(self.portal, self.platform.http)

    def at_keycloak(self) -> Browser:
        """Return the same somebody's way to Keycloak."""
        return Browser(self.keycloak.url, self.platform.http)


@contextmanager
def world() -> Iterator[World]:
    """Run Keycloak and, beside it, the whole stack."""
    base = _free_base()
    ports = Ports(base)
    portal = ports.url("portal")
    realms = {name: realm(portal, name) for name in (REALM, ELSEWHERE)}
    with (
        httpx.Client(timeout=30, trust_env=False) as http,
        starting(ports.of("issuer"), realms, http) as keycloak,
        data_folder() as folder,
    ):
        keys = keycloak.folder / "keys.json"

        def office(county: str) -> str:
            keycloak.ready()
            if not keys.exists():  # as docker-compose.yml says it is done
                keys.write_bytes(http.get(keycloak.protocol("certs")).raise_for_status().content)
            return token(keycloak, "office-lin" if county == SHAOYANG else "office-feng")

        keys_file = {"YINUO_TOKEN_ISSUER": keycloak.realm(), "YINUO_TOKEN_KEYS_FILE": str(keys)}
        endpoints = {"AUTHORIZE": "auth", "TOKEN": "token", "END": "logout"}
        addresses = {f"YINUO_OIDC_{name}_URL": keycloak.protocol(endpoint) for name, endpoint in endpoints.items()}
        secret = keycloak.folder / "client-secret"
        secret.write_text(CLIENT_SECRET, encoding="utf-8")
        provider = OtherProvider(keys_file, {**addresses, "YINUO_OIDC_CLIENT_SECRET_FILE": str(secret)}, office)
        counties = (SHAOYANG, FENG)
        with Stack(folder, base, "simulated", services=SERVICES, counties=counties, portal=True, provider=provider) as stack:
            platform = Platform(stack, http)
            platform.still()
            yield World(platform, keycloak)


def token(keycloak: Keycloak, account: str, name: str = REALM) -> str:
    """Sign in at Keycloak as a program that is no web site does, and return the access token."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    asked = {"client_id": "yinuo", "response_type": "code", "scope": "openid", "redirect_uri": COMMAND_LINE, "state": "s"}
    proof = {"code_challenge": challenge, "code_challenge_method": "S256"}
    back = fill_in(Browser(keycloak.url, keycloak.http), f"{keycloak.protocol('auth', name)}?{urlencode({**asked, **proof})}", account)
    code = parse_qs(urlsplit(back.headers["location"]).query)["code"][0]
    form = {"grant_type": "authorization_code", "client_id": "yinuo", "redirect_uri": COMMAND_LINE, "code": code, "code_verifier": verifier}
    granted: str = keycloak.http.post(keycloak.protocol("token", name), data=form).raise_for_status().json()["access_token"]
    return granted


def fill_in(browser: Browser, address: str, account: str) -> httpx.Response:
    """Fill in Keycloak's own form at an address it was asked for; return where it sends the browser."""
    page = browser.get(address)
    form = next(form for form in page.read.forms if {"username", "password"} <= form.names)
    assert form.fields.get("username", "") == "", "nothing is written where the account belongs"
    return browser.answer(form, username=account, password=PASSWORD)


def _free_base() -> int:
    """Return a base of which Keycloak's ports are free too."""
    while True:
        base = free_port_base()
        with closing(socket.socket()) as one, closing(socket.socket()) as other:
            for probe in (one, other):
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what lingers of a connection does not count
            try:
                one.bind((LOOPBACK, Ports(base).of("issuer")))
                other.bind((LOOPBACK, Ports(base).of("issuer") + 1))
            except OSError:
                continue
        return base
