"""A log as it is served over HTTP: its checkpoint, its keys and its tiles, none of them believed yet."""

from typing import Self
from urllib.parse import urlsplit

import httpx

from shared.kernel.proof.merkle import HASH_BYTES
from shared.kernel.proof.notes import LONGEST_NOTE
from shared.kernel.proof.tiles import TILE_WIDTH, Tile

_SECONDS = 30.0
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class UnreachableError(Exception):
    """A log does not serve what it should; says what, and how it failed."""


class Served:
    """One log below an address; `close` it, or use it as a context."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/") + "/"
        # A proxy of the environment is for other machines.
        self._http = httpx.Client(timeout=_SECONDS, trust_env=urlsplit(url).hostname not in _LOOPBACK)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def checkpoint(self) -> bytes:
        """Return the latest checkpoint; UnreachableError."""
        return self._get("checkpoint", LONGEST_NOTE)

    def vkeys(self) -> list[str]:
        """Return the keys the log says it signs with; UnreachableError."""
        return self._get("vkey", LONGEST_NOTE).decode("utf-8", "replace").split()

    def tile(self, tile: Tile) -> bytes:
        """Return a tile's hashes; where a partial one is gone, from the full one that replaced it. UnreachableError."""
        most = TILE_WIDTH * HASH_BYTES
        try:
            return self._get(tile.path, most)
        except UnreachableError:
            if tile.width == TILE_WIDTH:
                raise
        return self._get(Tile(tile.level, tile.index).path, most)[: tile.width * HASH_BYTES]

    def _get(self, path: str, most: int) -> bytes:
        content = b""
        try:
            with self._http.stream("GET", self.url + path) as answer:
                if answer.status_code != httpx.codes.OK:
                    raise UnreachableError(f"{self.url}{path} answers {answer.status_code}")
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > most:
                        raise UnreachableError(f"{self.url}{path} is longer than {most} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as fault:
            raise UnreachableError(f"{self.url}{path} does not answer ({type(fault).__name__})") from fault
        return content
