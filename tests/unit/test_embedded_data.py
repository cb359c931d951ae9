"""What the embedded stack refuses before it starts anything."""

import os
import socket
from pathlib import Path

import pytest

from deploy.embedded.accounts import Account, obstacle
from deploy.embedded.datadir import DataDirectory, write_private
from deploy.embedded.failures import AlreadyRunningError, DependencyDownError, disk_sentences
from deploy.embedded.preflight import Ports, check_disk, free_bytes
from deploy.embedded.profiles import known_counties
from tests.support.stack import data_folder, free_port_base

STRANGER = Account("stranger", 54321, 54321)


def modes(*folders: Path) -> list[int]:
    return [folder.stat().st_mode for folder in folders]


def test_a_folder_behind_a_closed_one_is_refused_and_stays_closed() -> None:
    with data_folder() as closed:
        (closed / "open").mkdir(mode=0o755)
        before = modes(closed, closed / "open")

        with pytest.raises(DependencyDownError, match=f"the account 'stranger' .* may not enter {closed}:"):
            DataDirectory(closed / "open" / "data").check(STRANGER)

        assert modes(closed, closed / "open") == before
        assert not (closed / "open" / "data").exists()


def test_who_may_enter_is_judged_by_owner_then_group_then_others() -> None:
    with data_folder() as folder:
        owner = folder.stat()
        folder.chmod(0o710)
        assert obstacle(folder, STRANGER) == folder
        assert obstacle(folder, Account("group", 54321, owner.st_gid)) is None
        folder.chmod(0o701)
        assert obstacle(folder, STRANGER) is None
        assert obstacle(folder, Account("group", 54321, owner.st_gid)) == folder
        folder.chmod(0o011)
        assert obstacle(folder, Account("owner", owner.st_uid, owner.st_gid)) == folder


def test_a_folder_with_other_peoples_files_is_refused() -> None:
    with data_folder() as folder:
        (folder / "thesis.doc").write_text("irreplaceable")
        before = modes(folder)
        with pytest.raises(DependencyDownError, match="holds files that are not yinuo's"):
            DataDirectory(folder).check(None)
        assert modes(folder) == before


def test_an_empty_folder_becomes_ours_and_is_known_again() -> None:
    with data_folder() as folder:
        first = DataDirectory(folder)
        first.check(None)
        first.create(None)
        key = first.sealing_key_file().read_text()
        first.unlock()

        again = DataDirectory(folder)
        again.check(None)
        again.create(None)
        assert again.sealing_key_file().read_text() == key
        assert len(bytes.fromhex(key)) == 32
        assert again.sealing_key_file().stat().st_mode & 0o777 == 0o600
        again.unlock()


def test_only_our_own_folder_is_opened_to_the_servers_account() -> None:
    with data_folder() as parent:
        parent.chmod(0o711)
        directory = DataDirectory(parent / "data")
        directory.create(STRANGER)
        assert obstacle(directory.root, STRANGER) is None
        assert obstacle(directory.secrets, STRANGER) == directory.secrets
        assert parent.stat().st_mode & 0o777 == 0o711
        directory.unlock()


def test_a_folder_has_one_supervisor_at_a_time() -> None:
    with data_folder() as folder:
        holder, second = DataDirectory(folder), DataDirectory(folder)
        holder.create(None)
        with pytest.raises(AlreadyRunningError, match="Another yinuo is running on"):
            second.lock()
        holder.unlock()
        second.lock()
        second.unlock()


def test_a_port_in_use_is_named() -> None:
    base = free_port_base()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a stack of before may have left connections that linger
        listener.bind(("127.0.0.1", base + 3))
        listener.listen()
        with pytest.raises(DependencyDownError, match=rf"Port {base + 3}, for supervision, is taken: .*--port-base \(now {base}\)"):
            Ports(base).check()
    Ports(base).check()


def test_a_full_disk_is_called_one() -> None:
    # The kernel's own full device: every write to it fails as on a disk without room.
    handle = os.open("/dev/full", os.O_WRONLY)
    try:
        with pytest.raises(DependencyDownError, match="The disk that holds /data is full"), disk_sentences(Path("/data")):
            os.write(handle, b"x")
    finally:
        os.close(handle)


def test_a_disk_without_room_is_refused() -> None:
    # The process table is a file system that has no room at all.
    assert free_bytes(Path("/proc/1/data")) == 0
    with pytest.raises(DependencyDownError, match="has only 0 MiB free, and 1024 are needed"):
        check_disk(Path("/proc/1/data"))


def test_a_secret_is_replaced_whole_and_never_through_a_link(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    secret.symlink_to(elsewhere)
    write_private(secret, "new")
    assert (secret.read_text(), secret.is_symlink(), elsewhere.read_text()) == ("new", False, "untouched")
    assert [entry.name for entry in sorted(tmp_path.iterdir())] == ["elsewhere", "secret"]


def test_counties_are_those_with_a_file(tmp_path: Path) -> None:
    assert known_counties(tmp_path) == ("430523", "610330")
    (tmp_path / "110101.yaml").touch()
    assert known_counties(tmp_path) == ("110101",)
