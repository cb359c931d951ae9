"""What a refusal lacks of a clear 4xx problem document, collected so that one test tells of every endpoint at once."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

_MOST = 30
_LONGEST = 500


def none_of(found: Iterable[list[str]]) -> None:
    """Assert that no fault was found, or show the first of them."""
    faults = [fault for faults in found for fault in faults]
    assert not faults, f"{len(faults)} fall short:\n" + "\n".join(fault[:_LONGEST] for fault in faults[:_MOST])


def points(answer: httpx.Response, *wanted: str, status: int = 422) -> list[str]:
    """Return what is amiss with a refusal that must point at one of these places, or below it."""
    faults = faults_of(answer, status=status)
    if not faults and not any(at == place or at.startswith(f"{place}/") for at in pointers(answer.json()) for place in wanted):
        return [f"{answer.request.url.path}: {answer.text[:300]} does not point at {wanted}"]
    return faults


def faults_of(answer: httpx.Response, *, status: int | None = None, language: str = "zh") -> list[str]:
    """Return what a refusal lacks of a clear 4xx problem document; nothing if it is one."""
    where = f"{answer.request.method} {answer.request.url.raw_path.decode()}"
    if not 400 <= answer.status_code < 500 or (status is not None and answer.status_code != status):
        return [f"{where}: {answer.status_code} {answer.text[:200]}"]
    if answer.headers.get("content-type") != "application/problem+json":
        return [f"{where}: answered as {answer.headers.get('content-type')}"]
    faults = problem_faults(answer.json(), answer.status_code, language)
    if answer.headers.get("content-language") != language:
        faults.append(f"Content-Language {answer.headers.get('content-language')}")
    return [f"{where}: {fault} {answer.text[:300]}" for fault in faults]


def problem_faults(problem: Mapping[str, Any], status: int, language: str = "zh") -> list[str]:
    """Return what a problem document lacks (RFC 9457, a stable code, a sentence in the language)."""
    faults = [f"no {name}" for name in ("type", "title", "status", "code", "instance") if not problem.get(name)]
    if faults:
        return faults
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in problem["title"])
    checks = {
        "type": problem["type"] == f"/problems/{problem['code']}",
        "status": problem["status"] == status,
        "instance": problem["instance"].startswith("urn:uuid:"),
        "language of the title": chinese == (language == "zh"),
        "pointers": all(error["pointer"] == "" or error["pointer"].startswith("/") for error in problem.get("errors", [])),
    }
    return [f"wrong {name}" for name, holds in checks.items() if not holds]


def pointers(problem: Mapping[str, Any]) -> set[str]:
    """Return where a problem says the faults are."""
    return {error["pointer"] for error in problem.get("errors", [])}
