"""Each service's README says what its code does: every command, event, policy, topic, read model and URL, none missing, none stale."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from shared.contracts.topics import CONTRACTS
from shared.web.routes import Post, body_of
from tests.support.service_tables import SERVICES, Said, commands, policies, read_models, topics, urls

ROOT = Path(__file__).parents[2]
TABLES: Mapping[str, Callable[[str], Iterator[Said]]] = {
    "Commands": commands,
    "Policies": policies,
    "Topics": topics,
    "Read models": read_models,
    "URLs": urls,
}
ORDER = [
    r"api\.py",
    r"commands(/\w+)?\.py",
    r"handlers(/\w+)?\.py",
    r"state(/\w+)?\.py",
    r"decider(/\w+)?\.py",
    r"shared/contracts(/\w+)+\.py",
    r"consumers\.py",
    r"policies\.py.*`projections(/\w+)?\.py",
    r"queries(/\w+)?\.py",
]
"""One flow: request 1, command 2, handler 3, state 4, decider 5, event 6, consumer 7, policy and projection 8, query 9."""


def readme(service: str) -> str:
    return (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def rows(text: str, heading: str) -> list[Said]:
    """Return a table's rows: the name in the first column, and the names in each of the others."""
    lines = [line for line in section(text, heading).splitlines() if line.startswith("| `")]
    cells = [[re.findall(r"`(.+?)`", cell) for cell in line.strip().strip("|").split("|")] for line in lines]
    return [Said(first[0], tuple(map(frozenset, others))) for first, *others in cells]


@cache
def known(service: str, heading: str) -> Counter[Said]:
    return Counter(TABLES[heading](service))


def disagreements(service: str, text: str) -> list[str]:
    """Return what the README leaves out and what it says without the code saying so."""
    wrong: list[str] = []
    for heading in TABLES:
        told, done = Counter(rows(text, heading)), known(service, heading)
        wrong += [f"{heading}: missing {row}" for row in done - told]
        wrong += [f"{heading}: stale {row}" for row in told - done]
    return wrong + list(_stale_names(service, text)) + list(_flow(text))


def _stale_names(service: str, text: str) -> Iterator[str]:
    asked = {command.__name__ for command in SERVICES[service].PARTS.handlers}
    named = asked.union(*(contract.events for contract in CONTRACTS))
    for name in re.findall(r"`((?:[A-Z][a-z]+){2,})`", text):
        if name not in named:
            yield f"{name} is no command or event"
    for path in re.findall(r"`([\w/]+\.py)`", text):
        if not any((folder / path).is_file() for folder in (ROOT, ROOT / "services" / service)):
            yield f"{path} does not exist"


def _flow(text: str) -> Iterator[str]:
    steps = re.findall(r"^(\d)\. `(.*)$", section(text, "One flow, in reading order"), re.MULTILINE)
    if [int(number) for number, _ in steps] != list(range(1, 10)):
        yield "the flow is not told from 1 to 9"
    for (number, told), expected in zip(steps, ORDER, strict=False):
        if re.match(expected, told) is None:
            yield f"step {number} begins with {told[:20]}"


EVERY = pytest.mark.parametrize("service", SERVICES)


@EVERY
def test_a_readme_says_what_the_code_does_and_nothing_else(service: str) -> None:
    assert disagreements(service, readme(service)) == []


@EVERY
def test_a_readme_s_example_is_a_request_that_the_service_takes(service: str) -> None:
    examples = re.findall(r"```http\nPOST /v1/[0-9]{6}(\S+)\n(.*?)```", readme(service), re.DOTALL)
    assert examples
    table = [row for row in SERVICES[service].TABLE if isinstance(row, Post)]
    for path, body in examples:
        (command,) = (row.command for row in table if re.fullmatch(re.sub(r"{\w+}", "[0-9a-f-]{36}", row.path), path))
        body_of(command).model_validate_json(body)


@EVERY
def test_a_row_left_out_or_changed_would_be_found(service: str) -> None:
    text = readme(service)
    lines = [line for heading in TABLES for line in section(text, heading).splitlines() if line.startswith("| `")]
    assert len(lines) == sum(known(service, heading).total() for heading in TABLES)
    for line in lines:
        assert any(": missing" in wrong for wrong in disagreements(service, text.replace(f"{line}\n", "", 1)))
        assert any(": stale" in wrong for wrong in disagreements(service, text.replace(line, f"{line}\n{line}", 1)))
        for name in re.findall(r"`(.+?)`", line):
            changed = line.replace(f"`{name}`", f"`{name}_of_old`", 1)
            assert any(": stale" in wrong for wrong in disagreements(service, text.replace(line, changed, 1)))


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("`api.py`", "`routes.py`", "routes.py does not exist"),
        ("5. `decider/taking.py`", "5. `state/need.py`", "step 5 begins with state/need.py`"),
        ("\n4. `state/need.py`", "\n6. `state/need.py`", "the flow is not told from 1 to 9"),
        ("the last time", "`NeedFlown`", "NeedFlown is no command or event"),
    ],
)
def test_a_name_a_file_or_a_step_that_is_not_there_would_be_found(old: str, new: str, found: str) -> None:
    text = readme("intake").replace(old, new, 1)
    assert text != readme("intake")
    assert any(wrong.startswith(found) for wrong in disagreements("intake", text))
