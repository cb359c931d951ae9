"""`python -m bench`: measure, one JSON line per figure on stdout, everything else on stderr."""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.counts import FULL, QUICK, Counts
from bench.figures import Report
from bench.lab import Lab
from bench.machine import machine
from cli.console import reporter
from cli.up import stop_on_signals
from deploy.embedded.failures import AlreadyRunningError, StackError
from deploy.embedded.stack import Stack
from shared.kernel.telemetry import configure_logging

_PORT_BASE = 24_080
_CONFLICT, _DEPENDENCY_DOWN, _INTERRUPTED = 5, 7, 8
Part = Callable[[Lab, Counts, Report], None]


def parts() -> dict[str, Part]:
    """Return what can be measured, by name and in order."""
    from bench.appending import measure as append  # noqa: PLC0415 - `--help` need not load what measures
    from bench.growth import measure as growth  # noqa: PLC0415
    from bench.http import measure as http  # noqa: PLC0415
    from bench.lag import measure as lag  # noqa: PLC0415
    from bench.memory import measure as memory  # noqa: PLC0415
    from bench.past import measure as past  # noqa: PLC0415
    from bench.portal import measure as portal  # noqa: PLC0415
    from bench.projecting import measure as project  # noqa: PLC0415
    from bench.streams import measure as streams  # noqa: PLC0415
    from bench.verifying import measure as verify  # noqa: PLC0415

    measures = (append.run, http.run, project.run, lag.run, verify.run, past.run, memory.run, streams.run, portal.run, growth.run)
    return dict(zip(NAMES, measures, strict=True))


NAMES = ("append", "http", "project", "lag", "verify", "past", "memory", "streams", "portal", "growth")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for and return 0; 2 for misuse, 5 or 7 with one sentence where the stack cannot start, 8 when interrupted."""
    asked = _parser().parse_args(arguments)
    stop_on_signals()
    configure_logging("bench", "error")
    try:
        _run(asked.only, QUICK if asked.quick else FULL, asked.data, asked.port_base)
    except StackError as refusal:
        sys.stderr.write(f"bench: {refusal}\n")
        return _CONFLICT if isinstance(refusal, AlreadyRunningError) else _DEPENDENCY_DOWN
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return _INTERRUPTED
    return 0


def _run(names: Sequence[str], counts: Counts, parent: Path | None, port_base: int) -> None:
    report = Report()
    with ExitStack() as closing:
        # A folder of the run's own, by default below the system's for temporary files; PostgreSQL's account must enter it.
        data = Path(tempfile.mkdtemp(prefix="yinuo-bench-", dir=parent))
        closing.callback(shutil.rmtree, data, ignore_errors=True)
        data.chmod(0o755)

        def started(stack: Stack) -> None:
            """Say what this is measured on, before the first figure."""
            if not report.figures:
                report.add(machine(data, stack.postgres.dsn(), counts))

        lab = Lab(data, port_base, closing.enter_context(reporter()), started)
        for name, part in parts().items():
            if name in names:
                part(lab, counts, report)
    report.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the platform against the limit and against peers.")
    parser.add_argument("--only", type=_names, default=NAMES, metavar="PART,…", help=f"some of {', '.join(NAMES)}; default all")
    parser.add_argument("--quick", action="store_true", help="small counts: shows that everything works, and says nothing of speed")
    parser.add_argument("--data", type=_folder, metavar="DIR", help="keep the run's data below this folder, on the disk to be measured")
    parser.add_argument("--port-base", type=int, default=_PORT_BASE, help="ports are counted from here; default %(default)s")
    return parser


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is no folder")
    return folder.resolve()


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in NAMES]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"choose from {', '.join(NAMES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
