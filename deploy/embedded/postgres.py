"""PostgreSQL 18 from a package: initialised once, reached over a Unix socket only."""

import hashlib
import os
import re
import shutil
import signal
import tempfile
import time
from pathlib import Path

import psutil

from deploy.embedded.accounts import Account
from deploy.embedded.binaries import postgres_binaries
from deploy.embedded.datadir import DataDirectory
from deploy.embedded.failures import DependencyDownError, disk_sentences
from deploy.embedded.program import Program
from deploy.embedded.supervisor import Supervisor

_SUPERUSER = "postgres"
_LONGEST_SOCKET_FOLDER = 88  # bytes: the kernel's limit for a socket's path is 104 to 108, and the file's name takes 16
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
_INITDB_SECONDS = 60.0
_READY_SECONDS = 60.0
_ORPHANS_SECONDS = 5.0
_POLL_SECONDS = 0.05
_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # A new table's statistics follow it at once: with none, any index that begins with the county will do. But only as it doubles:
    # at every tenth, looking at a wide board took half of a busy machine.
    "autovacuum_naptime": "5s",
    "autovacuum_analyze_scale_factor": "1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}


class EmbeddedPostgres:
    """One PostgreSQL cluster in the data directory; local connections are trusted, and only our account reaches the socket."""

    def __init__(self, data: DataDirectory) -> None:
        self._data = data
        self._account: Account | None = None
        self._socket = _socket_folder(data)
        self.binaries = Path()

    def start(self, supervisor: Supervisor, account: Account | None) -> None:
        """Initialise the cluster if there is none yet, start it and wait until it accepts connections."""
        self._account = account
        self.binaries = postgres_binaries(self._account)
        self._make_socket_folder()
        if not self._data.postgres.is_dir():
            self._initialise(supervisor)
        self._remove_stale_locks()
        supervisor.keep(self._server())
        supervisor.wait_until(self._accepts, "postgres", _READY_SECONDS)

    def stopped(self) -> None:
        """Remove what lies outside the data directory."""
        if self._socket.parent != self._data.root:
            shutil.rmtree(self._socket, ignore_errors=True)

    def dsn(self, database: str = "postgres", role: str = _SUPERUSER) -> str:
        """Return a connection string for asyncpg and psycopg alike; by default the superuser's."""
        return f"postgresql://{role}@/{database}?host={self._socket}"

    def _initialise(self, supervisor: Supervisor) -> None:
        """Run initdb beside the place and move the result in: a start cut short leaves nothing half-made behind."""
        draft = self._data.root / "postgres.new"
        with disk_sentences(self._data.root):
            shutil.rmtree(draft, ignore_errors=True)
            self._own(draft)
        command = (str(self.binaries / "initdb"), "-D", str(draft), "-U", _SUPERUSER, "-A", "trust", "--encoding=UTF8", "--locale=C")
        collation = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions")
        supervisor.run(self._program("initdb", (*command, *collation), ((signal.SIGTERM, 5.0),)), _INITDB_SECONDS)
        with disk_sentences(self._data.root):
            draft.rename(self._data.postgres)

    def _server(self) -> Program:
        settings = {**_SETTINGS, "unix_socket_directories": str(self._socket)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = (str(self.binaries / "postgres"), "-D", str(self._data.postgres), *options)
        # Fast shutdown first; then immediate, which leaves recovery to the next start.
        return self._program("postgres", command, ((signal.SIGINT, 5.0), (signal.SIGQUIT, 2.0)))

    def _program(self, name: str, command: tuple[str, ...], stop: tuple[tuple[signal.Signals, float], ...]) -> Program:
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        # An immediate shutdown takes the backends along, where SIGKILL would leave them to find out by themselves.
        return Program(
            name,
            command,
            self._data.logs / "postgres.log",
            environment,
            tier=0,
            stop=stop,
            death_signal=signal.SIGQUIT,
            account=self._account,
        )

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self._account:
            os.chown(folder, self._account.uid, self._account.gid)

    def _make_socket_folder(self) -> None:
        """Make the socket's folder: the server's account writes in it, its group, root's, enters it, nobody else does."""
        with disk_sentences(self._socket):
            if self._socket.is_symlink() or (self._socket.exists() and self._socket.stat().st_uid != self._owner()):
                raise DependencyDownError(f"{self._socket} belongs to someone else: remove it, or choose another folder with --data.")
            if not self._socket.exists():
                self._socket.mkdir(mode=0o700)
                if self._account:
                    os.chown(self._socket, self._account.uid, os.getegid())
                    self._socket.chmod(0o710)

    def _owner(self) -> int:
        return self._account.uid if self._account else os.geteuid()

    def _remove_stale_locks(self) -> None:
        """Remove the pid and socket lock files of a killed server once nothing lives in its folder any more.

        The server itself recognises files whose process is gone, but takes any process of that number for a second server: one
        that has since got the number, and also a dead one nobody has reaped, as in a container whose first process is no init.
        Orphaned backends end by themselves; until then the files stay, since they keep a new server from joining them.
        """
        locks = (self._data.postgres / "postmaster.pid", self._socket / ".s.PGSQL.5432.lock")
        deadline = time.monotonic() + _ORPHANS_SECONDS
        while any(lock.exists() for lock in locks):
            if not _anything_lives_in(self._data.postgres):
                for lock in locks:
                    lock.unlink(missing_ok=True)
            elif time.monotonic() > deadline:
                return
            time.sleep(_POLL_SECONDS)

    def _accepts(self) -> bool:
        import psycopg  # noqa: PLC0415 - loaded while the server starts, not before

        try:
            psycopg.connect(self.dsn(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _socket_folder(data: DataDirectory) -> Path:
    """Return a folder whose path is short enough for a socket, and plain enough for a list of hosts and for a URL."""
    folder = data.root / "socket"
    if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER and _PLAIN_PATH.fullmatch(str(folder)):
        return folder
    name = f"yinuo-{os.geteuid()}-{hashlib.sha256(os.fsencode(data.root)).hexdigest()[:12]}"
    folder = Path(tempfile.gettempdir()) / name
    return folder if len(os.fsencode(folder)) <= _LONGEST_SOCKET_FOLDER else Path("/tmp") / name  # noqa: S108 - owner is checked


def _anything_lives_in(folder: Path) -> bool:
    """Whether a process works in the folder, as a server and all its helpers do."""
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                return True
        except psutil.Error:
            continue
    return False
