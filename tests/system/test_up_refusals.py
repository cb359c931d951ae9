"""What `yinuo up` cannot do is said in one sentence, and leaves nothing behind."""

import os
import signal
import subprocess
import sys

import pytest

from deploy.embedded.datadir import DataDirectory
from deploy.embedded.failures import StackError
from deploy.embedded.stack import Stack
from tests.support.stack import data_folder, free_port_base
from tests.support.up import programs_of, soon, yinuo


def test_an_interrupt_while_starting_leaves_nothing() -> None:
    with data_folder() as folder:
        command = [sys.executable, "-m", "cli.main", "up", "--no-services", "--data", str(folder), "--port-base", str(free_port_base())]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as starting:  # noqa: S603 - our own
            soon((folder / "kafka" / "log.new").exists)
            starting.send_signal(signal.SIGINT)
            assert starting.stderr is not None
            said = starting.stderr.read()
        assert starting.returncode == 8, said
        assert said.endswith("yinuo: Interrupted; starting again goes on from here.\n")
        assert programs_of(folder) == []


def test_a_disk_that_fills_up_while_starting_is_a_sentence() -> None:
    """A limit on the size of a file stands for it: the kernel refuses the write, as on a disk without room."""
    with data_folder() as folder:
        command = f"ulimit -f 512; exec {sys.executable} -m cli.main up --no-services --data {folder} --port-base {free_port_base()}"
        full = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
        assert full.returncode == 7, full.stderr
        assert "initdb failed" in full.stderr.splitlines()[-1]
        assert programs_of(folder) == []


def test_jars_that_cannot_be_fetched_are_a_sentence() -> None:
    with data_folder() as cache, data_folder() as parent:
        parent.chmod(0o755)
        nowhere = {"XDG_CACHE_HOME": str(cache), "HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        data = parent / "data"
        failed = yinuo("up", "--no-services", "--data", data, "--port-base", str(free_port_base()), environment=nowhere)
        assert failed.returncode == 7
        assert "could not be fetched (ProxyError): check the network and proxy settings" in failed.stderr.splitlines()[-1]
        assert list((cache / "yinuo").iterdir()) == []
        assert not data.exists()


def test_root_is_refused_a_folder_the_servers_account_cannot_reach() -> None:
    """For an ordinary user, whose own account runs the server, the same folder will do."""
    with data_folder() as closed:
        before = closed.stat()
        outcome = yinuo("doctor", "--data", closed / "data", "--port-base", str(free_port_base()))
        if os.geteuid() == 0:
            assert outcome.returncode == 7
            refused = yinuo("up", "--no-services", "--data", closed / "data", "--port-base", str(free_port_base()))
            assert refused.returncode == 7
            assert f"may not enter {closed}: choose another folder with --data" in refused.stderr
        else:
            assert outcome.returncode == 0, outcome.stdout
        after = closed.stat()
        assert (after.st_mode, after.st_mtime_ns, list(closed.iterdir())) == (before.st_mode, before.st_mtime_ns, [])


def test_a_start_that_fails_half_way_leaves_nothing_and_lets_go() -> None:
    """In a process that lives on, as a demonstration or a test does: Kafka's folder is spoilt, PostgreSQL is up by then."""
    with data_folder() as folder:
        spoilt = DataDirectory(folder)
        spoilt.create(None)
        (folder / "kafka" / "log").mkdir()
        spoilt.unlock()

        with pytest.raises(StackError, match=r"kafka does not stay up; see .*kafka.log: "):
            Stack(folder, free_port_base(), services=()).start()

        assert "ready to accept connections" in (folder / "logs" / "postgres.log").read_text()
        assert programs_of(folder) == []
        spoilt.lock()
        spoilt.unlock()
