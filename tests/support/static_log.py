"""A log served as files over HTTP on this machine, as any web server would."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


@contextmanager
def serving(files: Mapping[str, bytes], *, token: str | None = None) -> Iterator[str]:
    """Yield the address below which these files are served, by path; entry bundles only to who bears the token, if one is given."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.removeprefix("/")
            if token is not None and path.startswith("tile/entries/") and self.headers.get("Authorization") != f"Bearer {token}":
                self._answer(HTTPStatus.UNAUTHORIZED, b"")
            elif path in files:
                self._answer(HTTPStatus.OK, files[path])
            else:
                self._answer(HTTPStatus.NOT_FOUND, b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _answer(self, status: HTTPStatus, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
