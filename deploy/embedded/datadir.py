"""The data directory: one supervisor at a time, its own folders, nobody else's permissions touched."""

import fcntl
import os
import secrets
from pathlib import Path

from deploy.embedded.accounts import Account, obstacle
from deploy.embedded.failures import AlreadyRunningError, DependencyDownError, disk_sentences

_MARKER = "yinuo-data"
_MARKER_TEXT = "This folder belongs to yinuo's embedded stack; format 1.\n"
_HARMLESS = {"lost+found", "lock"}


def default_data() -> Path:
    """Return where the embedded stack keeps its data unless told otherwise: /var/lib/yinuo for root, else below the home folder."""
    if os.geteuid() == 0:
        return Path("/var/lib/yinuo")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "yinuo"


class DataDirectory:
    """The folder that holds everything one embedded stack keeps: databases, log segments, keys, logs of its programs."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().resolve()
        self.logs = self.root / "logs"
        self.run = self.root / "run"
        self.secrets = self.root / "secrets"
        self.postgres = self.root / "postgres"
        self.kafka = self.root / "kafka"
        self.evidence = self.root / "evidence"
        self.photos = self.root / "photos"
        self._lock: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether a stack has lived here before."""
        return (self.root / _MARKER).is_file()

    def check(self, account: Account | None) -> None:
        """Refuse a folder that holds something else, and one whose parents the account of PostgreSQL cannot enter."""
        with disk_sentences(self.root):
            if self.root.exists() and not self.is_ours and {entry.name for entry in self.root.iterdir()} - _HARMLESS:
                raise DependencyDownError(f"{self.root} holds files that are not yinuo's: give an empty or a new folder with --data.")
            if account and (closed := obstacle(self.root.parent, account)):
                raise DependencyDownError(
                    f"PostgreSQL runs as the account '{account.name}' when started by root, and that account may not enter {closed}: "
                    "choose another folder with --data, such as /var/lib/yinuo."
                )

    def lock(self) -> None:
        """Hold the folder until `unlock` or the end of this process; AlreadyRunningError if another process holds it."""
        if self._lock is not None:
            return
        with disk_sentences(self.root):
            handle = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise AlreadyRunningError(f"Another yinuo is running on {self.root}: stop it first, or use another --data.") from None
        self._lock = handle

    def unlock(self) -> None:
        """Let another supervisor have the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def create(self, account: Account | None) -> None:
        """Make the folder and what belongs in it, as far as it is missing, and lock it."""
        with disk_sentences(self.root):
            for parent in reversed(self.root.parents):
                if not parent.exists():
                    parent.mkdir()
                    parent.chmod(0o755 if account else 0o700)
            self.root.mkdir(mode=0o700, exist_ok=True)
        self.lock()
        with disk_sentences(self.root):
            if not self.is_ours:
                (self.root / _MARKER).write_text(_MARKER_TEXT, encoding="utf-8")
            if account:
                # The account enters this folder of ours to reach its database, and can list nothing in it.
                self.root.chmod(self.root.stat().st_mode & 0o777 | 0o001)
            for folder in (self.logs, self.run, self.secrets, self.kafka, self.evidence, self.photos):
                folder.mkdir(mode=0o700, exist_ok=True)

    def sealing_key_file(self) -> Path:
        """Return the file with the key that seals personal data (32 random bytes in hexadecimal), made once."""
        return self.secret("sealing.key")

    def secret(self, name: str) -> Path:
        """Return the file of a secret (32 random bytes in hexadecimal), made once."""
        file = self.secrets / name
        if not file.exists():
            write_private(file, secrets.token_hex(32) + "\n")
        return file


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all; a file already there is replaced."""
    with disk_sentences(file.parent):
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
