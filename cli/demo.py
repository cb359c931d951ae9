"""`yinuo demo`: both counties' campaigns on an embedded stack, and the published tables next to what came of them."""

import asyncio
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from campaigns import DEFAULT_SEED
from cli.exits import CommandError, Exit
from cli.options import JsonOption, PortBaseOption
from deploy.embedded.events import Event, Listener
from deploy.embedded.preflight import DEFAULT_PORT_BASE

if TYPE_CHECKING:
    from campaigns.calls import Actor
    from campaigns.check import Outcome
    from campaigns.figures import Figures
    from deploy.embedded.stack import Info


class Size(StrEnum):
    """How much is done."""

    SMALL = "small"
    FULL = "full"


def demo(  # noqa: PLR0917 - options, given by name
    ends: Annotated[bool, typer.Option("--exit", help="End when the tables are printed, instead of staying up.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="Folder to keep; by default a temporary one, removed at the end.")] = None,
    port_base: PortBaseOption = DEFAULT_PORT_BASE,
    size: Annotated[Size, typer.Option("--size", help="About one per cent of what the counties did, or all of it.")] = Size.SMALL,
    seed: Annotated[int, typer.Option("--seed", help="Decides names, texts and scores; the figures stay the same.")] = DEFAULT_SEED,
    figures: Annotated[
        Path | None, typer.Option("--figures", help="Folder of other figures to compare with, a YAML file a county.")
    ] = None,
    no_portal: Annotated[bool, typer.Option("--no-portal", help="Stay up without the web page.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Run both counties' campaigns through the services, print the tables, and stay up until Ctrl-C; exit code 3 if a figure is off."""
    from cli.console import reporter  # noqa: PLC0415 - see cli.main
    from deploy.embedded.stack import Stack  # noqa: PLC0415

    expected = _expected(figures, size)
    with (
        reporter() as listener,
        _folder(data) as folder,
        Stack(folder, port_base, "simulated", on_event=listener, portal=not (ends or no_portal)) as stack,
    ):
        outcomes = _campaigns(stack.info, listener, expected, size, seed)
        _show(outcomes, as_json=as_json)
        if size is Size.FULL:
            _show_spent(outcomes, stack.info)
        off = [f"{outcome.figures.name}: {', '.join(outcome.off)}" for outcome in outcomes if outcome.off]
        _say(f"Figures that are off: {'; '.join(off)}." if off else "Every figure is as it should be.")
        if not ends:
            _introduce(stack.info, size, seed)
            _stay(stack.info)
        elif data is not None:
            _say(f"What was done is kept: yinuo up --data {folder}")
    if off:
        raise CommandError("The projections do not say what the campaigns should come to.", Exit.VERIFICATION_FAILED)


def _expected(folder: Path | None, size: Size) -> "dict[str, Figures]":
    """Return what to compare with, before anything is started."""
    from campaigns.demo import expected  # noqa: PLC0415 - see cli.main
    from campaigns.figures import FOLDER  # noqa: PLC0415

    try:
        return expected(folder or FOLDER, size.value)
    except (OSError, ValueError) as fault:
        raise typer.BadParameter(f"{folder} does not hold both counties' figures: {fault}") from fault


def _campaigns(info: "Info", listener: Listener, figures: "dict[str, Figures]", size: Size, seed: int) -> "list[Outcome]":
    """Carry out the campaigns; CommandError says in a sentence why they could not be."""
    from campaigns.demo import run  # noqa: PLC0415 - see cli.main
    from campaigns.sender import RefusedError, UnreachableError  # noqa: PLC0415
    from deploy.embedded.issuer import load_issuer  # noqa: PLC0415

    issuer = load_issuer()

    def token(county: str, actor: "Actor") -> str:
        return issuer.issue(actor.role, county, sub=actor.sub, unit=actor.unit, branch=actor.branch)

    def told(county: str, at: str, done: int, total: int) -> None:
        listener(Event("progress", f"campaign {county}", at, done, total))

    began = time.monotonic()
    try:
        outcomes = asyncio.run(run(info.services, token, told, figures, size=size.value, seed=seed))
    except RefusedError as refusal:
        raise CommandError(str(refusal), Exit.CONFLICT) from refusal
    except UnreachableError as failure:
        raise CommandError(str(failure), Exit.DEPENDENCY_DOWN) from failure
    _say(f"Both campaigns were carried out in {time.monotonic() - began:.1f} s.")
    return outcomes


@contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    """Yield the folder given, or a new one, directly below the system's for temporary files, and remove that at the end."""
    if data is not None:
        yield data
        return
    folder = Path(tempfile.mkdtemp(prefix="yinuo-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(outcomes: "list[Outcome]", *, as_json: bool) -> None:
    from campaigns.report import as_dict, show  # noqa: PLC0415 - see cli.main

    if as_json:
        typer.echo(json.dumps({outcome.figures.county: as_dict(outcome) for outcome in outcomes}, ensure_ascii=False))
    else:
        show(outcomes)
    sys.stdout.flush()


def _show_spent(outcomes: "list[Outcome]", info: "Info") -> None:
    """Say on stderr what the time was spent on: by phase, and by process with its memory."""
    import psutil  # noqa: PLC0415 - see cli.main
    from rich.console import Console  # noqa: PLC0415

    from campaigns.report import show_spent  # noqa: PLC0415

    show_spent(outcomes, Console(stderr=True))
    for name, pid in {**info.pids, "campaigns": psutil.Process().pid}.items():
        process = psutil.Process(pid)
        each = [process, *(process.children() if name == "postgres" else ())]
        seconds = sum(sum(one.cpu_times()[:2]) for one in each)
        _say(f"{name:<12} {seconds:7.1f} s of CPU, {max(one.memory_info().rss for one in each) / 2**20:5.0f} MiB")


def _introduce(info: "Info", size: Size, seed: int) -> None:
    """Let those who took part be signed in as with one click."""
    from campaigns.demo import people  # noqa: PLC0415 - see cli.main
    from deploy.embedded.people import PEOPLE, Person, default_people, write_people  # noqa: PLC0415

    cast = people(size.value, seed)
    known = {county: [Person(actor.role, actor.sub, actor.unit, actor.branch) for actor in actors] for county, actors in cast.items()}
    for county, there in known.items():
        there += [person for person in default_people(county) if person.role not in {each.role for each in there}]
    write_people(Path(info.data) / "run" / PEOPLE, known)


def _stay(info: "Info") -> None:
    """Say where to look, and wait for Ctrl-C."""
    if info.portal is not None:
        _say(f"Open {info.portal} in a browser; sign in there as anybody with one click.")
    for name, url in info.services.items():
        _say(f"{name:<12} {url}")
    county = "430523"
    _say(
        f'Look: curl -s -H "Authorization: Bearer $(yinuo token --role auditor --county {county})" '
        f"{info.services['projects']}/v1/{county}/figures"
    )
    _say("Ctrl-C stops everything.")
    try:
        while True:
            signal.pause()
    except KeyboardInterrupt:
        _say("Stopping.")


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
