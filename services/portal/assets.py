"""Where the built style sheets and scripts stand: their names change with their content, so that browsers may keep them for ever."""

import json
from pathlib import Path

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
