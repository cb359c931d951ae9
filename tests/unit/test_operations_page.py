"""The operators' page keeps to what there is: its commands can be parsed, its exit codes are those of the code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from cli.deployment import deployment_of
from cli.exits import Exit
from cli.main import app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every `yinuo` in a page's shell blocks."""
    for block in re.findall(r"(?s)```sh\n(.*?)```", text):
        for line in block.replace("\\\n", " ").splitlines():
            for call in re.findall(r"(?:^|\$\()(?:\.venv/bin/)?yinuo ([^#)>|]*)", line):
                yield shlex.split(call)


def parsed(words: list[str]) -> None:
    """Parse a command without doing it; typer's refusal where it cannot be."""
    command, rest = get_command(app), list(words)
    while hasattr(command, "commands"):
        assert rest[0] in command.commands, words
        command = command.commands[rest.pop(0)]
    with command.make_context(command.name, rest):
        pass


@pytest.mark.parametrize("words", list(commands(PAGE)), ids=" ".join)
def test_every_command_of_the_page_can_be_given(words: list[str]) -> None:
    parsed(words)


def test_every_command_of_the_readme_can_be_given() -> None:
    found = list(commands((ROOT / "README.md").read_text(encoding="utf-8")))
    assert len(found) >= 2
    for words in found:
        parsed(words)


def test_the_page_has_every_verb_an_operator_needs() -> None:
    named = {" ".join(words[:2]) for words in commands(PAGE)}
    groups = {name: command.commands for name, command in get_command(app).commands.items() if hasattr(command, "commands")}  # type: ignore[attr-defined]
    assert {f"{group} {name}" for group, verbs in groups.items() for name in verbs} - named == set()


def test_the_exit_codes_of_the_page_are_those_there_are() -> None:
    table = PAGE.split("## Exit codes", 1)[1].split("##", 1)[0]
    assert [int(code) for code in re.findall(r"(?m)^\| (\d) \|", table)] == [code.value for code in Exit]


def test_the_deployment_file_of_the_page_describes_one(tmp_path: Path) -> None:
    (example,) = re.findall(r"(?s)```yaml\n(.*?)```", PAGE)
    file = tmp_path / "deployment.yaml"
    file.write_text(example, encoding="utf-8")
    found = deployment_of(deployment=file)
    assert (found.name, found.kafka, found.counties) == ("yinuo.example", "kafka.example:9092", ("430523", "610330"))
    assert set(yaml.safe_load(example)["services"]["intake"]) == {"url", "dsn", "owner_dsn"}
    assert found.access("intake").owner_dsn.startswith("postgresql://intake_owner@")
