"""The whole stack with its portal, a mail server and a gateway, and a need that came in over Open311."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded.stack import Stack
from tests.support.cast import Cast, at
from tests.support.client import FENG, SHAOYANG, TOWN, Platform
from tests.support.cookies import Browser
from tests.support.receivers import Mails, Posts, gateway, mail_server, until
from tests.support.stack import data_folder, free_port_base

TITLE = "路灯秘密坏了"
DETAIL = "不可公开的细节：三盏都不亮。"
NAME = "欧阳不可见"
NOON = at("2027-03-01T12:00:00")


@dataclass
class World:
    """Everything running, and a need that went all the way from Open311 to a promise."""

    platform: Platform
    portal: str
    mails: Mails
    posts: Posts
    http: httpx.Client
    cast: Cast
    created: dict[str, Any]

    @property
    def need(self) -> str:
        return str(self.created["service_request_id"])

    @property
    def code(self) -> str:
        return str(self.created["extended_attributes"]["query_code"])

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.http.get(self.portal + path, headers=headers)

    def browser(self) -> Browser:
        return Browser(self.http, self.portal)

    def looked_through(self, lane: str) -> int:
        """Return up to which position of a lane those who are to be told were looked for."""
        with self.platform.superuser("portal") as connection:
            row = connection.execute("SELECT position FROM portal.notified WHERE county = %s AND source = %s", [SHAOYANG, lane]).fetchone()
        return 0 if row is None else int(row[0])

    def outbox(self, label: str) -> list[tuple[Any, ...]]:
        """Return what became of the messages to a subject, in order: state, reason, attempts."""
        query = """SELECT o.state, o.reason, o.attempts FROM portal.outbox o JOIN portal.subscriptions s USING (county, subscription_id)
                   WHERE %s IN (s.label, s.subject) ORDER BY o.made_at"""
        with self.platform.superuser("portal") as connection:
            return connection.execute(query, [label]).fetchall()


@contextmanager
def open_world(secrets: Path) -> Iterator[World]:
    """Start everything; `secrets` is a folder of the test's own."""
    with data_folder() as folder, mail_server() as mails, gateway() as posts, httpx.Client(timeout=30, trust_env=False) as http:
        secret = secrets / "webhook"
        secret.write_text("known to both", encoding="utf-8")
        settings = {
            "YINUO_SMTP": f"127.0.0.1:{mails.port}",
            "YINUO_SMTP_TLS": "none",
            "YINUO_SMTP_FROM": "yinuo@example.org",
            "YINUO_WEBHOOK_URL": posts.url,
            "YINUO_WEBHOOK_SECRET_FILE": str(secret),
            "YINUO_NOTIFY_RETRY_SECONDS": "0.2",
        }
        with Stack(folder, free_port_base(), "simulated", counties=(SHAOYANG, FENG), portal=True, portal_settings=settings) as stack:
            platform = Platform(stack, http)
            assert stack.info.portal is not None
            cast = Cast(platform, SHAOYANG, "open").registered()
            cast.submit("为了时间", headers=NOON)  # from here on it is noon
            form = {"service_code": "need", "description": DETAIL, "attribute[title]": TITLE, "address_id": TOWN, "last_name": NAME}
            made = until(lambda: _created(http, stack.info.portal or "", form), 45)
            yield World(platform, stack.info.portal, mails, posts, http, cast, made)


def _created(http: httpx.Client, portal: str, form: Mapping[str, str]) -> dict[str, Any] | None:
    """Create a request, once the portal has heard of the towns."""
    answer = http.post(f"{portal}/open311/v2/requests.json", data={**form, "jurisdiction_id": SHAOYANG})
    return dict(answer.json()[0]) if answer.status_code == 201 else None
