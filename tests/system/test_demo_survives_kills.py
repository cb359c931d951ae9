"""kill -9 of every part of the stack while both campaigns run: the figures come out the same, and nothing happened twice."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

import psycopg

from campaigns.county import counties
from cli.exits import Exit
from tests.support.demo import Demo, facts_of, plans, recorded, stop
from tests.support.stack import data_folder, free_port_base
from tests.support.up import soon

PARTS = ("projects", "kafka", "intake", "scoring", "postgres", "supervision")
WHILE_POLICIES_REACT = ("scoring", "projects", "kafka", "intake")
_BETWEEN_SECONDS = 0.5


def kill(demo: Demo, part: str) -> None:
    """Kill a part, and wait until another one has taken its place."""
    time.sleep(_BETWEEN_SECONDS)
    before = demo.pids()[part]
    os.kill(before, signal.SIGKILL)
    soon(lambda: demo.pids().get(part, before) != before)


def verifications_opened(data: Path) -> bool:
    """Whether the policy on declared completions has begun to react."""
    try:
        return any(recorded(data, code)["VerificationOpened"] for code in counties())
    except psycopg.OperationalError:
        return False  # just killed


def test_figures_come_out_the_same_whatever_is_killed() -> None:
    with data_folder() as folder:
        demo = Demo(folder, free_port_base())
        try:
            soon(demo.begun, seconds=60)
            for part in PARTS:
                kill(demo, part)
            soon(lambda: verifications_opened(folder), seconds=150)
            for part in WHILE_POLICIES_REACT:
                kill(demo, part)
            assert not any("Both campaigns were carried out" in line for line in demo.said), "the campaigns ended before the last kill"
            figures = demo.figures()
            for code, plan in plans().items():
                assert recorded(folder, code) == facts_of(plan)
            assert demo.end(signal.SIGTERM) == Exit.OK
        finally:
            stop(demo)
    killed = Counter(line.split()[0] for line in demo.said if "ended unexpectedly (SIGKILL)" in line)
    assert killed == Counter(PARTS + WHILE_POLICIES_REACT)
    for county in figures.values():
        assert county["off"] == []
        assert all(figure["plan"] == figure["projections"] for figure in county["figures"].values())
