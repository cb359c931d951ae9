"""The system account PostgreSQL runs under when the stack is started by root, and what that account can reach."""

import os
import pwd
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.failures import DependencyDownError

_NAME = "yinuo"
_FALLBACK = "nobody"


@dataclass(frozen=True)
class Account:
    """A system account, by name and numbers."""

    name: str
    uid: int
    gid: int


def server_account(existing: Path, *, create: bool = True) -> Account | None:
    """Return the account for PostgreSQL, or None if this process is not root and keeps its own.

    The owner of an `existing` data directory goes on with it. Otherwise `yinuo`, created as a system account if it is not there,
    or `nobody` where accounts cannot be created. With `create` false, an account that is not there yet is described, not created.
    """
    if os.geteuid() != 0:
        return None
    if existing.is_dir() and (owner := existing.stat()).st_uid != 0:
        return _by_uid(owner.st_uid, owner.st_gid)
    if not create:
        return _by_name(_NAME) or Account(_NAME, -1, -1)
    return _by_name(_NAME) or _created() or _by_name(_FALLBACK) or _refused()


def obstacle(folder: Path, account: Account) -> Path | None:
    """Return the first folder on the way to and including `folder` that the account may not enter, or None.

    Judged by owner, group and mode of what exists; a folder that does not exist is no obstacle.
    """
    for step in [*reversed(folder.parents), folder]:
        if step.exists() and not _may_enter(step.stat(), account):
            return step
    return None


def _may_enter(folder: os.stat_result, account: Account) -> bool:
    if folder.st_uid == account.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == account.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _by_name(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid)


def _by_uid(uid: int, gid: int) -> Account:
    try:
        return Account(pwd.getpwuid(uid).pw_name, uid, gid)
    except KeyError:
        return Account(str(uid), uid, gid)


def _created() -> Account | None:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    for _ in range(10):
        subprocess.run(
            [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", _NAME],
            check=False,
            capture_output=True,
        )
        if account := _by_name(_NAME):
            return account
        # Another first start may hold the lock on the account file.
        time.sleep(0.2)
    return None


def _refused() -> Account:
    raise DependencyDownError(
        f"PostgreSQL refuses to run as root, and there is neither an account '{_NAME}' nor '{_FALLBACK}' nor a way to create one: "
        "start as an ordinary user."
    )
