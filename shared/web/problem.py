"""Errors as RFC 9457 problem documents with a stable type, a sentence and JSON pointers."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.responses import Response

from shared.kernel.errors import EventTooLarge, Rejected
from shared.web.catalogue import entries, sentence

MEDIA_TYPE = "application/problem+json"
_MOST_ERRORS = 20


class Problem(Exception):  # noqa: N818 - the document's name in RFC 9457
    """A request that cannot be carried out, ready to be told."""

    def __init__(
        self, code: str, *, errors: Sequence[Mapping[str, object]] = (), headers: Mapping[str, str] | None = None, **values: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors
        self.headers = dict(headers or {})
        self.values = values

    @property
    def status(self) -> int:
        """The HTTP status the catalogue gives this code."""
        return entries()[self.code].status

    def document(self, language: str, instance: str) -> dict[str, Any]:
        """Return the problem document; `instance` is the request's correlation id."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": sentence(self.code, language, self.values),
            "status": self.status,
            "code": self.code,
            "instance": f"urn:uuid:{instance}",
        }
        if self.errors:
            document["errors"] = list(self.errors)
        return document

    def response(self, language: str, instance: str) -> Response:
        """Return the HTTP response."""
        body = orjson.dumps(self.document(language, instance))
        headers = {"Content-Language": language, **self.headers}
        return Response(body, self.status, headers=headers, media_type=MEDIA_TYPE)


def of_rejection(refusal: Rejected) -> Problem:
    """Return the problem of a rule's refusal."""
    errors = [{"pointer": refusal.pointer, "code": refusal.code}] if refusal.pointer is not None else []
    problem = Problem(refusal.code, errors=errors)
    problem.values = dict(refusal.values)
    return problem


def of_validation(fault: ValidationError, prefix: str = "") -> Problem:
    """Return the problem of a body that does not fit, a pointer for each fault; never echoes what was sent."""
    faults = fault.errors(include_url=False, include_context=False, include_input=False)
    if any(item["type"] == "json_invalid" for item in faults):
        return Problem("json_malformed")
    errors = [
        {"pointer": prefix + "".join(f"/{_escape(part)}" for part in item["loc"]), "code": item["type"], "detail": item["msg"]}
        for item in faults[:_MOST_ERRORS]
    ]
    return Problem("body_invalid", errors=errors, count=len(faults))


def of_size(fault: EventTooLarge) -> Problem:
    """Return the problem of texts too long together for one event."""
    return Problem("event_too_large", errors=[{"pointer": f"/{_escape(fault.field)}", "code": "event_too_large"}], field=fault.field)


def _escape(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
