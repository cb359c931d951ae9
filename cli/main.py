"""The command line's entry: its verbs, and how a failure becomes a sentence and an exit code."""

import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer

from cli import county, demo, doctor, events, health, parked, projection, rebuild, receipts, relay, tokens, up, verify, witness
from cli.exits import CommandError, Exit
from cli.packs import verbs as packs
from deploy.embedded.failures import AlreadyRunningError, StackError, StoppedError

# What typer answers when an interrupt ends a verb that did not expect one.
_TYPER_INTERRUPTED = 130

# A verb's module loads what it works with when it is called: printing a token must not wait for Kafka's client to load.
app = typer.Typer(
    name="yinuo",
    help="Runs and inspects the platform. Data goes to stdout, everything else to stderr.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(up.up)
app.command()(demo.demo)
app.command()(tokens.token)
app.command()(health.health)
app.command()(doctor.doctor)
app.command()(rebuild.rebuild)
app.add_typer(events.app, name="events")
app.add_typer(projection.app, name="projection")
app.add_typer(county.app, name="county")
app.add_typer(parked.app, name="parked")
app.command()(verify.verify)
app.add_typer(receipts.app, name="receipt")
app.add_typer(witness.app, name="witness")
for name, verb in packs.VERBS.items():
    events.app.command(name)(verb)
app.add_typer(relay.app, name="relay")


@app.callback()
def _verbs() -> None:
    """Keep the verbs' names in the command line, even if there were only one."""


def run(arguments: Sequence[str]) -> Exit:
    """Run one verb and return its exit code; a refusal is one sentence on stderr, a fault of ours a traceback."""
    try:
        outcome = app(args=list(arguments), prog_name="yinuo", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        return Exit.INTERRUPTED  # see cli.verbs
    except (StoppedError, typer.Abort, KeyboardInterrupt):
        outcome = _TYPER_INTERRUPTED
    except (typer.TyperException, CommandError, StackError) as refusal:
        return _refused(refusal)
    except Exception:  # noqa: BLE001 - the last stop: whatever it is becomes exit code 1
        traceback.print_exc()
        return Exit.INTERNAL
    if outcome == _TYPER_INTERRUPTED:
        _say("Interrupted; starting again goes on from here.")
        return Exit.INTERRUPTED
    return Exit(outcome or 0)


def _refused(refusal: typer.TyperException | CommandError | StackError) -> Exit:
    if isinstance(refusal, typer.TyperException):
        _say(refusal.format_message())
        return Exit.USAGE
    _say(str(refusal))
    if isinstance(refusal, CommandError):
        return refusal.code
    return Exit.CONFLICT if isinstance(refusal, AlreadyRunningError) else Exit.DEPENDENCY_DOWN


def main() -> None:
    """Run the verb named on the command line, and exit with its code.

    SIGTERM and a closed terminal end a verb the way Ctrl-C does; what the terminal's character set lacks is printed as its code.
    """
    up.stop_on_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = run(sys.argv[1:])
    if code is Exit.INTERRUPTED or not _flushed():
        # Nobody takes the rest, and Python must not try once more as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _flushed() -> bool:
    try:
        sys.stdout.flush()
    except OSError:
        return False
    return True


def _say(sentence: str) -> None:
    if sentence:  # empty where the help was shown instead
        sys.stderr.write(f"yinuo: {sentence}\n")


if __name__ == "__main__":
    main()
