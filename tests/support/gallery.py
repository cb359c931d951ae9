"""Every macro and picture of the portal on one page: rendered to a folder, or served on loopback under the portal's own policy.

`python -m tests.support.gallery [--port 8099] [--to FOLDER]`; the address takes `?mode=elder&theme=dark&density=dense&screen=big&lang=en`.
"""

import argparse
import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, FileSystemLoader

from services.portal.assets import Assets
from tests.support.a_log import ORIGIN, WITNESSES, ALog, log_key

PORTAL = Path(__file__).parents[2] / "services" / "portal"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
COUNTIES = {"430523": "邵阳县", "430522": "新邵县", "610330": "凤县"}


def environment() -> Environment:
    """Jinja as the portal sets it up: text escaped, messages as they stand in the templates."""
    made = Environment(loader=FileSystemLoader(PORTAL / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"])
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return made


def context(query: dict[str, str], assets: Assets) -> dict[str, Any]:
    """What the portal tells each page, with an invented person."""
    code = query.get("county", "430522")
    nav = [("new", "我要说"), ("track", "我要查"), ("hall", "认领大厅"), ("pledges", "承诺墙"), ("audit", "审计回放"), ("open", "开放数据")]
    return {
        "county": {"code": code, "name": COUNTIES[code]},
        "lang": query.get("lang", "zh"),
        "elder": query.get("mode") == "elder",
        "big": query.get("screen") == "big",
        "theme": query.get("theme"),
        "density": query.get("density", "roomy"),
        "person": None if "nobody" in query else {"name": "陈志远", "roles_text": "小塘镇经办人 · 镇政府办公室"},
        "csrf": "8f1c-example",
        "nav": [{"href": f"/c/{code}/{path}", "text": text, "current": path == "track"} for path, text in nav],
        "messages": [{"kind": "success", "text": "意见已提交，编号 XS-2026-004128。"}] if "screen" not in query else [],
        "freshness": {"as_of": "12:03:11", "behind_seconds": "0.8", "stale": False},
        "asset": assets.url,
        "here": "/gallery",
        "proof": proof(),
    }


def proof() -> dict[str, Any]:
    """A receipt over an invented log, with the keys that vouch for it."""
    log = ALog(300)
    receipt = log.receipt(77, *WITNESSES)
    return {
        "text": receipt.dump().decode(),
        "logs": [log_key().verifying.vkey],
        "witnesses": [key.verifying.vkey for key in WITNESSES],
        "origin": ORIGIN,
        "event": log.bodies[77].decode(),
    }


def render(query: dict[str, str]) -> str:
    """Return the gallery's HTML for one combination of modes."""
    template = environment().get_template("gallery.html")
    return template.render(context(query, Assets(PORTAL / "static")))


class Handler(SimpleHTTPRequestHandler):
    """The gallery at `/`, the built files under `/static/`, all under the portal's policy."""

    def end_headers(self) -> None:
        """Say the policy with every answer."""
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def do_GET(self) -> None:
        """Answer a page or a file."""
        asked = urlsplit(self.path)
        if asked.path != "/":
            super().do_GET()
            return
        body = render({key: values[0] for key, values in parse_qs(asked.query).items()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


def serve(port: int) -> ThreadingHTTPServer:
    """Return a server on loopback, not yet running; port 0 takes a free one."""
    return ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(PORTAL)))


def main() -> None:
    """Render to a folder, or serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--to", type=Path)
    chosen = parser.parse_args()
    if chosen.to:
        chosen.to.mkdir(parents=True, exist_ok=True)
        shutil.copytree(PORTAL / "static", chosen.to / "static", dirs_exist_ok=True)
        for name, query in {"index": {}, "elder": {"mode": "elder"}, "dark": {"theme": "dark"}, "big": {"screen": "big"}}.items():
            (chosen.to / f"{name}.html").write_text(render(query), encoding="utf-8")
        return
    with serve(chosen.port) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
