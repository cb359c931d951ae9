"""A quick run of the benchmarks, as `make bench` does it: the lines, the order, nothing left behind."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.stack import data_folder, free_port_base


def test_a_quick_run_prints_one_line_per_figure_and_leaves_nothing_behind() -> None:
    with data_folder() as folder:
        folder.chmod(0o755)  # as the folder of whoever lets PostgreSQL in
        (folder / "mine.txt").touch()
        done = subprocess.run(  # noqa: S603 - our own interpreter
            [
                sys.executable,
                "-m",
                "bench",
                "--quick",
                "--only",
                "project,verify,past,memory",
                "--data",
                str(folder),
                "--port-base",
                str(free_port_base()),
            ],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            cwd=Path(__file__).parents[2],
        )
        assert done.returncode == 0, done.stderr
        assert [entry.name for entry in folder.iterdir()] == ["mine.txt"]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["figure"] for line in lines] == [
        "machine",
        "project/raw-batched",
        "project/raw-one-by-one",
        "project/need-board",
        "project/need-board/one-by-one",
        "project/projects-all-five",
        "rebuild/from-log",
        "rebuild/from-kafka",
        "verify/sha-256",
        "verify/lane",
        "past/one-need/500",
        "past/one-need/2000",
        "past/figures/500",
        "past/figures/2000",
        "memory/rebuild-from-log/1000",
        "memory/rebuild-from-log/5000",
        "memory/rebuild-from-kafka/1000",
        "memory/rebuild-from-kafka/5000",
    ]
    settings = lines[0]["conditions"]["postgres"]
    assert (settings["fsync"], settings["synchronous_commit"]) == ("on", "on")
    assert all(line["value"] > 0 for line in lines)
    assert lines[3]["reach"] == ">= 0.6"
    assert lines[3]["ratio"] > 0
