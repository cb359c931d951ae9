"""The verbs: watching logs, and making the key it is done with."""

import json
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.exits import CommandError, Exit
from cli.options import JsonOption
from cli.proofs import SENTENCES, read_policy, sentence

if TYPE_CHECKING:
    from cli.witness.served import Served
    from cli.witness.watching import Watch
    from shared.kernel.proof.keys import SigningKey

app = typer.Typer(help="Watch logs of others and cosign what follows from what was seen of them.", invoke_without_command=True)


@app.callback()
def witness(  # noqa: PLR0917 - options, given by name
    context: typer.Context,
    log: Annotated[
        list[str] | None, typer.Option("--log", help="Where a log is served, such as https://host/tlog/430523; several times for several.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="The key file made by `witness key`.")] = None,
    state: Annotated[Path | None, typer.Option("--state", help="Folder for what was seen, cosigned checkpoints and evidence.")] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="The logs' keys (c2sp.org/tlog-policy).")] = None,
    first_use: Annotated[
        bool, typer.Option("--trust-on-first-use", help="Without a policy: take the keys a log serves the first time, and keep to them.")
    ] = False,
    once: Annotated[bool, typer.Option("--once", help="Look once and end; the default unless --every is given.")] = False,
    every: Annotated[int | None, typer.Option("--every", min=1, help="Look again after so many seconds, until stopped.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Look at each log, check that it goes on from what was seen last, and cosign it; exit code 3 if one contradicts itself or shrinks."""
    if context.invoked_subcommand is not None:
        return
    if not log or key is None or state is None:
        raise typer.BadParameter("give --log, --key and --state.")
    if (policy is None) is not first_use:
        raise typer.BadParameter("say whom to trust: either --policy or --trust-on-first-use.")
    if once and every is not None:
        raise typer.BadParameter("either --once or --every.")
    from cli.up import stop_on_signals  # noqa: PLC0415 - see cli.main
    from cli.witness.served import Served  # noqa: PLC0415
    from cli.witness.states import States  # noqa: PLC0415
    from cli.witness.watching import Watch  # noqa: PLC0415

    stop_on_signals()
    states = States(state)
    watch = Watch(_read_key(key), None if policy is None else read_policy(policy), states)
    with states.locked(), ExitStack() as closing:
        logs = [closing.enter_context(Served(url)) for url in log]
        alarmed = unseen = False
        try:
            while True:
                ends = [_look(watch, one, as_json=as_json) for one in logs]
                alarmed |= Exit.VERIFICATION_FAILED in ends
                unseen = Exit.DEPENDENCY_DOWN in ends
                if every is None:
                    break
                time.sleep(every)
        except KeyboardInterrupt:
            sys.stderr.write("Stopped; what was seen is kept.\n")
    if alarmed:
        raise CommandError("A log does not hold to what it signed: its evidence is kept.", Exit.VERIFICATION_FAILED)
    if unseen and every is None:
        raise CommandError("Not every log could be seen.", Exit.DEPENDENCY_DOWN)


@app.command("key")
def make_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the secret is written; nobody else may read it.")],
    name: Annotated[
        str | None, typer.Option("--name", help="The witness's name, by custom an address without a scheme; by default the file's.")
    ] = None,
) -> None:
    """Make a witness's key and print the public half, to be put into policies as `witness NAME VKEY`."""
    from shared.kernel.proof.algorithms import COSIGNATURE_V1  # noqa: PLC0415 - see cli.main
    from shared.kernel.proof.errors import ProofError  # noqa: PLC0415
    from shared.kernel.proof.keys import generate_key  # noqa: PLC0415

    try:
        key = generate_key(name or file.name, COSIGNATURE_V1)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except ProofError as fault:
        raise typer.BadParameter(sentence(fault)) from fault
    except FileExistsError:
        raise CommandError(f"{file} is there already: a witness keeps its key. Name another file.", Exit.CONFLICT) from None
    except OSError as fault:
        raise CommandError(f"{file} cannot be written ({fault.strerror}): name another file.", Exit.USAGE) from fault
    with os.fdopen(handle, "w") as opened:
        opened.write(f"{key.skey}\n")
        opened.flush()
        os.fsync(opened.fileno())
    typer.echo(key.verifying.vkey)


def _read_key(file: Path) -> "SigningKey":
    from shared.kernel.proof.errors import ProofError  # noqa: PLC0415 - see cli.main
    from shared.kernel.proof.keys import SigningKey  # noqa: PLC0415

    try:
        key = SigningKey.parse(file.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"{file} cannot be read ({type(fault).__name__}): make a key with `yinuo witness key`.", Exit.USAGE) from fault
    except ProofError as fault:
        raise CommandError(f"{file}: {sentence(fault)}", Exit.USAGE) from fault
    if not key.algorithm.timed:
        raise CommandError(f"{file}: {SENTENCES['key_unfit']}.", Exit.USAGE)
    return key


def _look(watch: "Watch", log: "Served", *, as_json: bool) -> Exit:
    """Look at one log and say what came of it; trouble with one must not keep the witness from the others."""
    from cli.witness.served import UnreachableError  # noqa: PLC0415 - see cli.main
    from cli.witness.watching import Cosigned  # noqa: PLC0415
    from shared.kernel.proof.errors import ProofError  # noqa: PLC0415

    try:
        seen = watch.look(log)
    except UnreachableError as fault:
        sys.stderr.write(f"{fault}\n")
        return Exit.DEPENDENCY_DOWN
    except ProofError as fault:
        sys.stderr.write(f"{log.url} is not cosigned. {sentence(fault)}\n")
        return Exit.VERIFICATION_FAILED
    if isinstance(seen, Cosigned):
        said = {"origin": seen.origin, "before": seen.before, "size": seen.size, "checkpoint": str(seen.file)}
        typer.echo(json.dumps(said, ensure_ascii=False) if as_json else f"{seen.origin} cosigned at {seen.size} (before: {seen.before})")
        sys.stdout.flush()
        return Exit.OK
    sys.stderr.write(
        f"ALARM {seen.origin}: {SENTENCES[seen.code]} (seen {seen.before}, now {seen.size}). The evidence is in {seen.evidence}.\n"
    )
    return Exit.VERIFICATION_FAILED
