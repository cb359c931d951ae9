"""The addresses of open data: `/open/{county}/index.json`, `/open/{county}/needs-2021-11.csv` and the like."""

import asyncio
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.portal.interfaces.guarding import conditional, county_of, guarded, tag_of, unchanged
from services.portal.interfaces.open_data.datasets import DATASETS, LICENCE, Dataset, hidden, month_of
from services.portal.interfaces.open_data.writing import MEDIA_TYPES, Form, Writing
from services.portal.lanes import LANES
from services.portal.pages.site import Site
from services.portal.queries.archive import reach
from services.portal.queries.open_data import months, rows, towns
from services.portal.queries.register import names
from shared.kernel.checkpoints import CODE_VERSION
from shared.kernel.tenancy import county_reading
from shared.web.files import Sent, response_of
from shared.web.problem import Problem

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection

_FILE = re.compile(r"(needs|projects|pledges)-((?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2]))\.(csv|json)\Z")
_AT_ONCE = 2
"""Files made at a time: whoever takes many leaves connections to those who look at pages."""
_CACHE = "public, max-age=300"


class OpenData:
    """Files made from one snapshot of the portal's rows, and sent when the database is let go."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._gate = asyncio.Semaphore(_AT_ONCE)

    def routes(self) -> list[Route]:
        """Return the addresses."""
        return [
            Route("/open/{county}/index.json", guarded(self._index), methods=["GET"]),
            Route("/open/{county}/{file}", guarded(self._file), methods=["GET"]),
        ]

    async def _index(self, request: Request) -> Response:
        county = county_of(self._site, request)
        async with county_reading(self._site.worker.pool, county) as connection:
            known, as_of = (await names(connection, county)).county, await _positions(connection, county)
            counted = {name: await months(connection, county, name) for name in DATASETS}
        said = {
            "county": county,
            "name": known,
            "licence": LICENCE,
            "as_of": as_of,
            "datasets": [self._told(county, DATASETS[name], found) for name, found in counted.items()],
        }
        return _open(conditional(request, orjson.dumps(said), "application/json", None, cache=_CACHE))

    def _told(self, county: str, dataset: Dataset, found: Mapping[str, int]) -> dict[str, Any]:
        address = f"{self._site.public_url}/open/{county}/{dataset.name}"
        return {
            "name": dataset.name,
            "title": dataset.title,
            "month": dataset.month,
            "fields": _fields(dataset),
            "months": [
                {"month": month, "rows": count, **{form: f"{address}-{month}.{form}" for form in MEDIA_TYPES}}
                for month, count in found.items()
            ],
        }

    async def _file(self, request: Request) -> Response:
        county, found = county_of(self._site, request), _FILE.match(request.path_params["file"])
        if found is None:
            raise Problem("not_found")
        dataset, month = DATASETS[found[1]], month_of(found[2])
        form: Form = "csv" if found[3] == "csv" else "json"
        for_excel = request.query_params.get("bom") == "1"
        async with self._gate, county_reading(self._site.worker.pool, county) as connection:
            as_of = await _positions(connection, county)
            tag = tag_of(found[0].encode(), orjson.dumps(as_of), str(for_excel).encode(), CODE_VERSION.encode())
            headers = {"ETag": tag, "Cache-Control": _CACHE, "As-Of": ",".join(f"{lane}@{at}" for lane, at in as_of.items())}
            if unchanged(request, tag, None):
                return _open(Response(status_code=304, headers=headers))
            head = {
                "county": county,
                "dataset": dataset.name,
                "month": found[2],
                "licence": LICENCE,
                "as_of": as_of,
                "fields": _fields(dataset),
            }
            made = await _made(connection, county, dataset, month, Writing(form, dataset.fields, head, for_excel=for_excel))
        if made is None:
            raise Problem("not_found")
        response = response_of(Sent(f"{county}-{found[0]}", MEDIA_TYPES[form], made), None)
        response.headers.update(headers)
        return _open(response)


async def _made(connection: "Connection", county: str, dataset: Dataset, month: date, writing: Writing) -> Path | None:
    """Return a temporary file with a month's rows, None where there are none: memory holds some hundreds of them, whatever it holds."""
    known = await names(connection, county)
    without = hidden(await towns(connection, county, month)) if dataset.name == "needs" else frozenset[str]()
    count = 0
    file: IO[bytes] = await asyncio.to_thread(tempfile.NamedTemporaryFile, prefix="yinuo-open-", delete=False)
    path = Path(file.name)
    try:
        with file:
            file.write(writing.head())
            async for some in rows(connection, county, dataset.name, month):
                count += len(some)
                published = [dataset.row(dict(row), known, without) for row in some]
                await asyncio.to_thread(lambda told: file.write(writing.rows(told)), published)
            file.write(writing.foot())
    except BaseException:
        _remove(path)
        raise
    if count == 0:
        _remove(path)
    return path if count else None


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _addresses(file: str) -> dict[str, str]:
    return {form: f"{file}.{form}" for form in MEDIA_TYPES}


def _fields(dataset: Dataset) -> list[dict[str, str]]:
    return [{"name": name, "description": description} for name, description in dataset.fields.items()]


async def _positions(connection: "Connection", county: str) -> dict[str, int]:
    _, lasts = await reach(connection, county)
    return dict(zip(LANES, lasts, strict=True))


def _open(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
