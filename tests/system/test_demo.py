"""`yinuo demo` from beginning to end, again on the same folder, and the same folder served afterwards."""

import json
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from campaigns.api import Api
from campaigns.check import check
from campaigns.county import counties, load_county
from campaigns.demo import expected
from campaigns.figures import FOLDER
from campaigns.readings import read
from campaigns.report import as_dict
from campaigns.sender import connected
from cli.exits import Exit
from deploy.embedded.issuer import load_issuer
from deploy.embedded.stack import Stack
from tests.support.cards import disagreements
from tests.support.client import Platform
from tests.support.demo import Demo, facts_of, plans, recorded, stop
from tests.support.stack import data_folder, free_port_base
from tests.support.up import Up, programs_of, yinuo


@dataclass(frozen=True)
class Done:
    """A demo that has ended: its folder and ports, its figures, its exit code, and what it said."""

    data: Path
    base: int
    figures: Mapping[str, Any]
    code: int
    said: str


@pytest.fixture(scope="module")
def done() -> Iterator[Done]:
    with data_folder() as folder:
        base = free_port_base()
        demo = Demo(folder, base, "--exit")
        try:
            figures = demo.figures()
            code = demo.end()
        finally:
            stop(demo)
        yield Done(folder, base, figures, code, "".join(demo.said))


def test_the_demo_ends_well_and_every_figure_is_the_plans(done: Done) -> None:
    assert done.code == Exit.OK, done.said
    assert tuple(done.figures) == counties()
    for county in done.figures.values():
        assert county["off"] == []
        assert all(figure["plan"] == figure["projections"] for figure in county["figures"].values())
        assert all(step["plan"] == step["projections"] for step in county["funnel"])


def test_the_demo_names_fengs_discrepancy(done: Done) -> None:
    found = [each for each in done.figures["610330"]["reconciliations"] if each["difference"]]
    assert [(each["parts"], each["total"], each["difference"]) for each in found] == [([3, 44, 14], 60, 1)] * 2


def test_the_demo_leaves_nothing_running_and_says_how_to_go_on(done: Done) -> None:
    assert programs_of(done.data) == []
    assert f"yinuo up --data {done.data}" in done.said


def test_the_same_again_changes_nothing_and_a_wrong_figure_is_exit_code_3(done: Done, tmp_path: Path) -> None:
    for file in FOLDER.glob("*.yaml"):
        figures = yaml.safe_load(file.read_text(encoding="utf-8"))
        for figure in figures["figures"]:
            if (figures["county"], figure["key"]) == ("610330", "letters"):
                figure["small"] += 1
        (tmp_path / file.name).write_text(yaml.safe_dump(figures, allow_unicode=True), encoding="utf-8")
    demo = Demo(done.data, done.base, "--figures", tmp_path)
    try:
        again = demo.figures()
        for county, plan in plans().items():
            assert recorded(done.data, county) == facts_of(plan)
        code = demo.end(signal.SIGTERM)
    finally:
        stop(demo)
    assert code == Exit.VERIFICATION_FAILED
    assert "Figures that are off: 凤县: 整改督办函." in "".join(demo.said)
    assert again["610330"].pop("off") == ["整改督办函"]
    assert again["610330"]["figures"].pop("letters") == {"published": 41, "plan": 42, "projections": 41}
    before = {**done.figures["610330"], "figures": dict(done.figures["610330"]["figures"])}
    before.pop("off")
    before["figures"].pop("letters")
    assert again == {"430523": done.figures["430523"], "610330": before}


async def test_up_serves_the_same_figures_and_they_come_out_of_the_past(done: Done) -> None:
    up = Up("--data", done.data, "--port-base", str(done.base))
    try:
        served = await figures_of(up.info["services"])
        last_days = {code: max(entry.end for entry in load_county(code).timeline).isoformat() for code in counties()}
        past = {code: replayed(done, code, day) for code, day in last_days.items()}
        again = {code: replayed(done, code, ",".join(f"{lane}@{at}" for lane, at in past[code]["positions"].items())) for code in past}
        on_the_day = replayed(done, "430523", "2021-11-12")["content"]["figures"]
        cards = {code: cards_of(done, code) for code in counties()}  # the portal reads all of it for the first time
    finally:
        code, _ = up.end(signal.SIGTERM)
    assert code == Exit.OK
    assert served == done.figures
    assert {code: (found, [name for name, rows in counted.items() if not rows]) for code, (counted, found) in cards.items()} == {
        code: ([], []) for code in counties()
    }
    assert {code: said["content"] for code, said in past.items()} == done.figures
    assert again == past
    # What was printed for 12 November was so on that day; the third bulletin went out on the 16th.
    for key in ("county-leader", "leaders-signed-off", "inspected-units", "wishes-done"):
        assert on_the_day[key] == done.figures["430523"]["figures"][key]
    assert on_the_day["bulletins"]["projections"] < done.figures["430523"]["figures"]["bulletins"]["projections"]


def cards_of(done: Done, county: str) -> tuple[dict[str, int], list[str]]:
    """Return how many rows the portal's cards have beside the services' boards, and where they differ once it has read everything."""
    with httpx.Client(trust_env=False) as http:
        platform = Platform(Stack(done.data, done.base, "simulated"), http)
        deadline = time.monotonic() + 60
        while (found := disagreements(platform, county))[1] and time.monotonic() < deadline:
            time.sleep(0.5)
        return found


def replayed(done: Done, county: str, as_of: str) -> dict[str, Any]:
    outcome = yinuo(
        "replay", "--county", county, "--as-of", as_of, "--data", done.data, "--port-base", str(done.base), "--json", seconds=120
    )
    assert (outcome.returncode, outcome.stderr) == (Exit.OK, "")
    said: dict[str, Any] = json.loads(outcome.stdout)
    return said


async def figures_of(services: Mapping[str, str]) -> dict[str, Any]:
    issuer = load_issuer()
    async with connected(services, 4) as clients:
        apis = {code: Api(clients, code, lambda county, actor: issuer.issue(actor.role, county, sub=actor.sub)) for code in counties()}
        return {code: as_dict(check(figures, await read(apis[code], figures))) for code, figures in expected().items()}


def test_another_seed_on_the_same_folder_is_a_conflict(done: Done) -> None:
    refused = yinuo("demo", "--exit", "--seed", "7", "--data", done.data, "--port-base", str(done.base))
    assert refused.returncode == Exit.CONFLICT
    assert "what is recorded is another campaign" in refused.stderr
    assert refused.stdout == ""
    assert programs_of(done.data) == []


def test_figures_that_are_not_there_are_a_matter_of_usage(tmp_path: Path) -> None:
    refused = yinuo("demo", "--figures", tmp_path)
    assert refused.returncode == Exit.USAGE
    assert "does not hold both counties' figures" in refused.stderr


def test_a_size_that_is_not_there_is_not_offered() -> None:
    refused = yinuo("demo", "--size", "huge")
    assert refused.returncode == Exit.USAGE
    assert "'small', 'full'" in refused.stderr
