"""Where files are kept: by county and by the SHA-256 of its bytes, in a folder or in an S3 bucket."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url


class FileStore:
    """Keeps and gives files; opened with the first of them. `url` is `file:///a/folder` or `s3://bucket/prefix`.

    Credentials and addresses of S3 come from the environment's own names (`AWS_…`).
    """

    def __init__(self, url: str) -> None:
        self._url = url
        parts = urlsplit(url)
        self._folder = Path(unquote(parts.path)) if parts.scheme == "file" else None

    @cached_property
    def _store(self) -> ObjectStore:
        return from_url(self._url) if self._folder is None else LocalStore(self._folder, mkdir=True)

    async def keep(self, county: str, content: bytes) -> str:
        """Keep bytes, once, and return their digest when they would survive a crash. ConnectionError where that cannot be had."""
        digest = hashlib.sha256(content).hexdigest()
        place = _place(county, digest)
        try:
            await self._put(place, content)
        except BaseError as fault:
            raise ConnectionError("the file is not kept") from fault
        return digest

    async def give(self, county: str, digest: str) -> tuple[int, AsyncIterator[bytes]]:
        """Return how many bytes there are, and them; ConnectionError where they are gone, or while they are read not those kept."""
        try:
            found = await obstore.get_async(self._store, _place(county, digest))
        except (BaseError, FileNotFoundError) as fault:
            raise ConnectionError("the file is not to be had") from fault

        async def pieces() -> AsyncIterator[bytes]:
            seen, held = hashlib.sha256(), b""
            async for piece in found.stream():
                seen.update(piece)
                if held:
                    yield held
                held = bytes(piece)
            if seen.hexdigest() != digest:  # the last piece is kept back: nobody takes this file for whole
                raise ConnectionError("the file is not what was kept")
            yield held

        return found.meta["size"], pieces()

    async def _put(self, place: str, content: bytes) -> None:
        try:
            known = (await obstore.head_async(self._store, place))["size"] == len(content)
        except FileNotFoundError:
            known = False
        if not known:
            await obstore.put_async(self._store, place, content)
        if self._folder is not None:
            await asyncio.to_thread(_force, self._folder, place)


def _force(folder: Path, place: str) -> None:
    """Have a file, and the folders that name it, written to the disk: a fact about it will be."""
    at = folder / place
    for path in (at, *at.parents):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if path == folder:
            break


def _place(county: str, digest: str) -> str:
    return f"{county}/{digest[:2]}/{digest}"
