"""The peers: read right, skipped with a reason, pinned without a registry's name."""

import json
from pathlib import Path

import pytest

from bench.__main__ import NAMES, main, parts
from bench.appending import emmett
from bench.appending.emmett import NotHere, ready
from bench.appending.measure import lines
from bench.appending.one_row import rate_of
from bench.material import COUNTY, a_body, an_append, body_bytes
from deploy.embedded.events import silent
from shared.contracts.intake import INTAKE, NeedSubmitted
from shared.kernel.envelope import open_body

PEERS = Path(emmett.__file__).parents[1] / "peers"
PGBENCH = """\
scaling factor: 1
number of transactions actually processed: 57123
latency average = 3.359 ms
tps = 19051.123456 (without initial connection time)
"""
SAMPLES = {
    "append/1": [900.0],
    "append/16": [6_500.0],
    "append/64": [15_000.0],
    "append/256": [20_000.0],
    "append/256/signed": [19_500.0],
    "append/pgbench/1": [3_000.0],
    "append/pgbench/16": [14_000.0],
    "append/pgbench/64": [19_000.0],
    "append/eventsourcing/1": [700.0],
    "append/eventsourcing/8": [1_100.0],
    "append/emmett/1": [850.0],
    "append/emmett/16": [2_600.0],
}


def test_the_rate_is_the_one_without_connecting() -> None:
    assert rate_of(PGBENCH) == 19051.123456


def test_an_output_without_a_rate_is_no_figure() -> None:
    with pytest.raises(ValueError, match="no rate"):
        rate_of("pgbench: error: connection failed")


def test_each_store_is_held_against_the_best_of_its_peer() -> None:
    said = {line.figure: line for line in lines(SAMPLES, None, {})}
    assert (said["append/64"].against, said["append/64"].ratio) == ("append/pgbench/64", 0.7895)
    assert (said["append/256"].against, said["append/256"].reach) == ("append/pgbench/64", ">= 0.8")
    assert (said["append/256/signed"].against, said["append/256/signed"].met) == ("append/256", True)
    assert (said["append/best/eventsourcing"].against, said["append/best/eventsourcing"].ratio) == ("append/eventsourcing/8", 18.18)
    assert (said["append/best/emmett"].against, said["append/best/emmett"].met) == ("append/emmett/16", True)


def test_without_node_emmett_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotHere, match="no `node` on the PATH"):
        ready(silent)
    here = {name: samples for name, samples in SAMPLES.items() if "emmett" not in name}
    said = {line.figure: line for line in lines(here, "no `node` on the PATH", {})}
    assert said["append/best/emmett"].conditions == {"skipped": "no `node` on the PATH"}


def test_a_node_too_old_is_skipped_with_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho v12.22.9\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotHere, match=r"v12\.22\.9"):
        ready(silent)


def test_the_peers_are_pinned_by_hash_and_name_no_host_to_fetch_from() -> None:
    lock = json.loads((PEERS / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert "node_modules/@event-driven-io/emmett-postgresql" in packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_what_is_measured_is_a_real_event_of_the_contract() -> None:
    envelope = open_body(a_body(7))
    event = envelope.event(INTAKE)
    assert isinstance(event, NeedSubmitted)
    assert (envelope.meta.county, envelope.meta.position) == (COUNTY, 7)
    assert 900 < body_bytes() < 1_400


def test_every_append_is_a_new_stream_and_a_key_gives_the_command_its_id() -> None:
    first, second = an_append(key="k-1"), an_append(key="k-1")
    assert first.stream != second.stream
    assert first.command_id == second.command_id
    assert an_append().command_id != an_append().command_id


def test_every_part_that_can_be_asked_for_is_there() -> None:
    assert tuple(parts()) == NAMES


@pytest.mark.parametrize("arguments", [["--only", "appendix"], ["--only", ""], ["--fast"], ["--data", "/nowhere/at/all"]])
def test_what_is_not_there_is_misuse(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""
