"""What a citizen's browser fetches before a page is whole: the page, and all that it names, as it comes over the wire."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from bench.portal.browser import Browser, Opened, files_of

_IMPORTS = re.compile(r'(?:\bfrom\s*|\bimport\s*\(?\s*)["\'](\.{1,2}/[^"\']+)["\']')
_NAMED = re.compile(r"url\(\s*[\"']?(?!data:)([^)\"']+)")
_PAGES: Mapping[str, str] = {
    "home": "~/",
    "new": "~/new",
    "track": "~/track",
    "need": "~/track?code={code}",
    "wall": "~/wall",
    "project": "~/projects/{project_id}",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """A page's first load: bytes over the wire and bytes unpacked, of the page itself and of all it fetches."""

    name: str
    page: int
    files: Mapping[str, int]
    unpacked: int

    @property
    def whole(self) -> int:
        """Bytes over the wire in all."""
        return self.page + sum(self.files.values())


def weights(browser: Browser, receipt: Opened, known: Mapping[str, str]) -> list[Weight]:
    """Return what each citizen's page weighs, the heaviest first; RuntimeError where something it names is not there."""
    pages = {name: browser.open(address.format_map(known)) for name, address in _PAGES.items()}
    found = [_weight(name, page, browser) for name, page in {**pages, "receipt": receipt}.items()]
    return sorted(found, key=lambda one: -one.whole)


def _weight(name: str, page: Opened, browser: Browser) -> Weight:
    files: dict[str, int] = {}
    unpacked = len(page.text.encode())
    waiting = files_of(page)
    while waiting:
        address = waiting.pop()
        if address in files:
            continue
        file = browser.open(address)
        if file.status != 200:  # noqa: PLR2004 - HTTP
            raise RuntimeError(f"{name} names {address}: {file.status}")
        files[address] = file.wire_bytes
        unpacked += len(file.text.encode())
        named = _IMPORTS.findall(file.text) if address.endswith(".js") else _NAMED.findall(file.text)
        waiting += [urljoin(address, each) for each in named]
    return Weight(name, page.wire_bytes, files, unpacked)
