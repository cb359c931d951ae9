"""The sentences for every refusal: one code, one HTTP status, Chinese and English, each saying what to do."""

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

import orjson

LANGUAGES = ("zh", "en")
_QUALITY = re.compile(r"(?:\s*q=([01](?:\.[0-9]{0,3})?))?\s*\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a code means to a person: HTTP status and the sentence in each language."""

    status: int
    sentences: dict[str, str]


class _Lenient(Formatter):
    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:  # noqa: ANN401 - the base class's signature
        return kwargs.get(key, "…") if isinstance(key, str) else super().get_value(key, args, kwargs)


@cache
def entries() -> dict[str, Entry]:
    """Return the whole catalogue by code."""
    raw = orjson.loads((resources.files("shared.web") / "catalogue.json").read_bytes())
    return {code: Entry(item["status"], {language: item[language] for language in LANGUAGES}) for code, item in raw.items()}


def sentence(code: str, language: str, values: dict[str, object]) -> str:
    """Return the sentence for a code in `zh` or `en`, with its values filled in."""
    return _Lenient().format(entries()[code].sentences[language], **values)


def language_of(accept_language: str | None) -> str:
    """Return the language a request prefers among those we speak; Chinese when it says nothing."""
    best, most = LANGUAGES[0], 0.0
    for part in (accept_language or "").split(","):
        tag, _, weight = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(weight)
        if language in LANGUAGES and quality > most:
            best, most = language, quality
    return best


def _quality(weight: str) -> float:
    """Return a preference's weight (RFC 9110, section 12.4.2): 1 when it has none, 0 when it is malformed."""
    found = _QUALITY.match(weight)
    return 0.0 if found is None else float(found[1] or 1)
