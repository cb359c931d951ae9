"""The built style sheets and scripts: their names change with their content, so that browsers may keep them for ever."""

import gzip
import json
import mimetypes
import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PREFIX = "/static/"
_SOURCES = "src/"


class Assets:
    """The files of one build. They are read once, when this is made; asking for an address costs no I/O."""

    def __init__(self, folder: Path, prefix: str = PREFIX) -> None:
        """Read the manifest in a folder whose files are served under the prefix.

        FileNotFoundError says how to build what is not there, ValueError that the manifest is not vite's.
        """
        self.folder = folder
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
            entries = [entry for entry in manifest.values() if entry.get("isEntry")]
            self._urls = {entry["src"].removeprefix(_SOURCES): f"{prefix}{entry['file']}" for entry in entries}
        except FileNotFoundError:
            raise FileNotFoundError(f"{folder} holds no built pages: build them with `python -m deploy.web`") from None
        except (AttributeError, KeyError, TypeError, ValueError):
            raise ValueError(f"{folder / 'manifest.json'} is not what vite writes: build the pages anew") from None

    def url(self, name: str) -> str:
        """Return the address of an entry by its source's name, as `app.css`; LookupError for one that was not built."""
        try:
            return self._urls[name]
        except KeyError:
            raise LookupError(f"no asset {name!r}; there are {', '.join(sorted(self._urls))}") from None


class BuiltFiles(StaticFiles):
    """The same files as they are sent: packed once, when this is made, for whoever takes gzip."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder)
        manifest = json.loads((folder / "manifest.json").read_bytes()) if (folder / "manifest.json").is_file() else {}
        names = {entry["file"] for entry in manifest.values()}
        self._packed = {str(folder / name): gzip.compress((folder / name).read_bytes(), 9, mtime=0) for name in names}

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file: for ever what its name says, as small as the browser can take it."""
        packed = self._packed.get(os.fspath(full_path))
        if packed is None:
            return super().file_response(full_path, stat_result, scope, status_code)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(packed, status_code, headers, mimetypes.guess_type(full_path)[0])
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(headers)
        return response
