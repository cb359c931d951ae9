"""The sentences for every refusal: one code, one HTTP status, Chinese and English, each saying what to do."""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any

import orjson

LANGUAGES = ("zh", "en")


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
    for part in (accept_language or "").split(","):
        tag = part.partition(";")[0].strip().lower()
        for language in LANGUAGES:
            if tag == language or tag.startswith(f"{language}-"):
                return language
    return "zh"
