"""A witness outside the deployment: cosigns what follows, and raises alarm with evidence when a log contradicts itself or shrinks."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.exits import CommandError
from cli.witness.served import Served, UnreachableError
from cli.witness.states import States
from cli.witness.watching import Alarm, Cosigned, Watch
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import SigningKey
from shared.kernel.proof.notes import parse, verify
from shared.kernel.proof.trust import Policy
from tests.support.a_log import ORIGIN, ALog, log_key, policy, witness_key
from tests.support.cast import Cast
from tests.support.client import SHAOYANG, Platform
from tests.support.static_log import serving
from tests.support.up import soon, yinuo

KEY = witness_key("province.example/witness")
FORK = '{{"id": {}, "subject": "forked-{}"}}'
SMALL, LARGE = ALog(300), ALog(1_000)
FORKED, FORKED_LARGER = ALog(300, entry=FORK), ALog(1_000, entry=FORK)


class Web:
    """A web server whose files can be exchanged while it runs."""

    def __init__(self, files: dict[str, bytes], url: str) -> None:
        self.files = files
        self.url = url

    def serve(self, files: Mapping[str, bytes]) -> None:
        self.files.clear()
        self.files.update(files, vkey=f"{log_key().verifying.vkey}\n".encode())


@pytest.fixture
def web() -> Iterator[Web]:
    files: dict[str, bytes] = {}
    with serving(files) as url:
        yield Web(files, url)


@contextmanager
def watching(state: Path, url: str, trusted: Policy | None) -> Iterator[tuple[Watch, Served]]:
    with Served(url) as log:
        yield Watch(KEY, trusted, States(state)), log


def look(state: Path, web: Web, trusted: Policy | None = policy()) -> Cosigned | Alarm:  # noqa: B008 - never changed
    with watching(state, web.url, trusted) as (watch, log):
        return watch.look(log)


def seen(state: Path) -> int:
    known = States(state).known(ORIGIN)
    return 0 if known is None else known.seen.size


def test_a_log_that_goes_on_is_cosigned_each_time(web: Web, tmp_path: Path) -> None:
    for log, before in ((SMALL, 0), (SMALL, 300), (LARGE, 300), (ALog(66_000), 1_000)):
        web.serve(log.files())
        found = look(tmp_path, web)
        assert isinstance(found, Cosigned)
        assert (found.before, found.size, seen(tmp_path)) == (before, log.size, log.size)
        note = parse(found.file.read_bytes())
        assert verify(note, [KEY.verifying])[0].time
        assert verify(note, [log_key().verifying])


@pytest.mark.parametrize(
    ("then", "code"),
    [
        (FORKED, "root_conflict"),
        (FORKED_LARGER, "consistency_proof_wrong"),
        (ALog(299), "old_size_beyond_checkpoint"),
        (ALog(0), "old_size_beyond_checkpoint"),
    ],
)
def test_a_log_that_contradicts_itself_or_shrinks_raises_alarm_and_the_evidence_is_kept(
    web: Web, tmp_path: Path, then: ALog, code: str
) -> None:
    web.serve(SMALL.files())
    assert isinstance(look(tmp_path, web), Cosigned)
    web.serve(then.files())
    for _ in range(2):
        found = look(tmp_path, web)
        assert isinstance(found, Alarm)
        assert (found.code, found.before, found.size, seen(tmp_path)) == (code, 300, then.size, 300)
    kept = {file.name: file.read_bytes() for file in found.evidence.iterdir()}
    assert kept["checkpoint-before"] == SMALL.note().dump()
    assert kept["checkpoint-now"] == then.note().dump()
    for name in ("checkpoint-before", "checkpoint-now"):  # both signed: the log cannot deny either
        assert verify(parse(kept[name]), [log_key().verifying])
    assert len(list(found.evidence.parent.iterdir())) == 1
    web.serve(LARGE.files())
    assert isinstance(look(tmp_path, web), Cosigned)  # what follows is still true


def test_a_tile_that_does_not_lead_to_what_was_signed_raises_alarm(web: Web, tmp_path: Path) -> None:
    web.serve(SMALL.files())
    look(tmp_path, web)
    files = LARGE.files()
    web.serve({**files, "tile/0/003.p/232": bytes(32 * 232)})
    found = look(tmp_path, web)
    assert isinstance(found, Alarm)
    assert found.code == "log_inconsistent"
    assert (found.evidence / "tile-0-003.p-232").read_bytes() == bytes(32 * 232)
    assert seen(tmp_path) == 300


def test_a_partial_tile_that_is_gone_is_read_out_of_the_full_one(web: Web, tmp_path: Path) -> None:
    later = ALog(1_024).files()
    files = LARGE.files()
    del files["tile/0/003.p/232"]
    web.serve({**files, "tile/0/003": later["tile/0/003"]})
    assert isinstance(look(tmp_path, web), Cosigned)


def test_a_tile_that_is_not_served_is_no_alarm_and_nothing_is_cosigned(web: Web, tmp_path: Path) -> None:
    files = LARGE.files()
    del files["tile/0/003.p/232"]
    web.serve(files)
    with pytest.raises(UnreachableError, match=r"tile/0/003 answers 404"):
        look(tmp_path, web)
    assert seen(tmp_path) == 0


def test_what_is_seen_is_on_the_disk_before_it_is_cosigned(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashed(*_: object) -> Path:
        raise KeyboardInterrupt

    web.serve(SMALL.files())
    monkeypatch.setattr(States, "cosigned", crashed)
    with pytest.raises(KeyboardInterrupt):
        look(tmp_path, web)
    assert seen(tmp_path) == 300
    monkeypatch.undo()
    web.serve(FORKED.files())
    assert isinstance(look(tmp_path, web), Alarm)


def test_keys_trusted_on_first_use_are_kept_to(web: Web, tmp_path: Path) -> None:
    web.serve(SMALL.files())
    assert isinstance(look(tmp_path, web, None), Cosigned)
    thief = SigningKey(ORIGIN, log_key().algorithm, bytes(32))
    note = LARGE.note().dump()
    forged = parse(note).text.encode() + b"\n" + note.rpartition(b"\n\n")[2].replace(log_key().name.encode(), b"nobody")
    web.serve({**LARGE.files(), "checkpoint": forged})
    web.files["vkey"] = f"{thief.verifying.vkey}\n".encode()
    with pytest.raises(ProofError, match="note_unsigned"):
        look(tmp_path, web, None)
    other = ALog(10, "yinuo.local/intake/610330")
    web.serve(other.files())
    with pytest.raises(ProofError, match="origin_unexpected"):
        look(tmp_path, web, None)


def test_a_log_the_policy_does_not_name_is_not_cosigned(web: Web, tmp_path: Path) -> None:
    web.serve(ALog(10, "yinuo.local/intake/610330").files())
    with pytest.raises(ProofError, match="log_unknown"):
        look(tmp_path, web)


def test_a_log_cannot_name_itself_out_of_the_folder(tmp_path: Path) -> None:
    states = States(tmp_path / "states")
    for origin in ("..", ".", "../../etc", "x" * 300):
        assert states.cosigned(origin, b"").parent.parent == tmp_path / "states"


def test_a_damaged_state_is_not_taken_for_a_new_log(web: Web, tmp_path: Path) -> None:
    web.serve(SMALL.files())
    look(tmp_path, web)
    (file,) = tmp_path.glob("*/seen.json")
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(CommandError, match="is damaged"):
        look(tmp_path, web)


def test_two_witnesses_do_not_share_a_folder(tmp_path: Path) -> None:
    with States(tmp_path).locked(), pytest.raises(CommandError, match="Another witness"), States(tmp_path).locked():
        pass


def test_the_verb_watches_the_platform_and_a_fork_ends_it_with_3(platform: Platform, web: Web, tmp_path: Path) -> None:
    Cast(platform, SHAOYANG, "witness").registered()
    url = f"{platform.urls['projects']}/tlog/{SHAOYANG}"
    soon(lambda: platform.http.get(f"{url}/checkpoint").status_code == 200)
    made = yinuo("witness", "key", tmp_path / "province", "--name", "province.example/witness")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("province.example/witness+")
    assert (tmp_path / "province").stat().st_mode & 0o777 == 0o600
    assert yinuo("witness", "key", tmp_path / "province").returncode == 5
    trusted = tmp_path / "policy"
    trusted.write_bytes(platform.http.get(f"{url}/policy").content + policy().dump().splitlines(keepends=True)[0])
    files = ["--key", tmp_path / "province", "--state", tmp_path / "state", "--policy", trusted]

    web.serve(SMALL.files())
    first = yinuo("witness", "--log", url, "--log", web.url, *files, "--json")
    assert first.returncode == 0, first.stderr
    said = [json.loads(line) for line in first.stdout.splitlines()]
    assert [each["origin"] for each in said] == [f"yinuo.local/projects/{SHAOYANG}", ORIGIN]
    Cast(platform, SHAOYANG, "witness-later").registered()
    soon(lambda: int(platform.http.get(f"{url}/checkpoint").text.splitlines()[1]) > said[0]["size"])
    web.serve(FORKED.files())
    second = yinuo("witness", "--log", url, "--log", web.url, *files, "--json")
    assert second.returncode == 3
    assert "ALARM" in second.stderr
    assert ORIGIN in second.stderr
    (grown,) = (json.loads(line) for line in second.stdout.splitlines())
    assert grown["before"] == said[0]["size"] < grown["size"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "give --log, --key and --state"),
        (["--log", "http://127.0.0.1:1", "--key", "k", "--state", "s"], "either --policy or --trust-on-first-use"),
        (
            ["--log", "http://127.0.0.1:1", "--key", "k", "--state", "s", "--policy", "p", "--trust-on-first-use"],
            "either --policy or --trust-on-first-use",
        ),
        (
            ["--log", "x", "--key", "/nonexistent", "--state", "s", "--trust-on-first-use"],
            "make a key with `yinuo witness key`",
        ),
    ],
)
def test_a_slip_is_a_sentence(arguments: list[str], sentence: str) -> None:
    outcome = yinuo("witness", *arguments)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert sentence in outcome.stderr
