"""Answers of GeoReport v2 in the form that was asked for, and refusals as it writes them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from starlette.responses import Response

from services.portal.interfaces.markup import document

FORMATS = ("json", "xml")
_HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_MEDIA_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}


class Refused(Exception):  # noqa: N818 - an answer too
    """A request that is not carried out: the HTTP status, and a sentence that says what to do."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def answer(
    form: str,
    name: str,
    value: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    status: int = 200,
    *,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a value as JSON, or as XML whose root has a name."""
    content = orjson.dumps(value) if form == "json" else document(name, value)
    return Response(content, status, headers={**_HEADERS, **(headers or {})}, media_type=_MEDIA_TYPES[form])


def refusal(form: str, refused: Refused, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal: a list of one error, as clients of this interface expect it."""
    known = form if form in FORMATS else "json"
    return answer(known, "errors", [{"code": refused.code, "description": refused.description}], refused.code, headers=headers)
