"""`yinuo replay`: reports as of a moment, again and again the same, under the rules of then or of today."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.exits import Exit
from deploy.embedded.preflight import SERVICES
from deploy.embedded.profiles import apply
from tests.support.cast import Cast, at
from tests.support.client import INVENTED, Platform
from tests.support.stack import free_port_base
from tests.support.up import Ended, yinuo, yinuo_here

COUNTIES = Path(__file__).parents[1] / "support" / "counties"


@dataclass
class Replayed:
    """A county with a history, and the verb that looks back on it."""

    cast: Cast
    deployment: Path
    moments: list[str] = field(default_factory=list)
    """Positions of all lanes after each step."""

    def run(self, *arguments: str, county: str = INVENTED) -> Ended:
        return yinuo_here("replay", "--county", county, "--deployment", self.deployment, *arguments)

    def run_elsewhere(self, *arguments: str) -> str:
        """Return what a process of its own prints."""
        outcome = yinuo("replay", "--county", INVENTED, "--deployment", self.deployment, *arguments)
        assert (outcome.returncode, outcome.stderr) == (Exit.OK, "")
        return outcome.stdout

    def said(self, *arguments: str) -> dict[str, Any]:
        outcome = self.run(*arguments, "--json")
        assert outcome.returncode == Exit.OK, outcome.stderr
        found: dict[str, Any] = json.loads(outcome.stdout)
        return found

    def now(self) -> str:
        self.cast.platform.still()
        office = self.cast.of("office")
        return ",".join(f"{service}@{office.see(service, 'as-of')['positions'][service]}" for service in SERVICES)


@pytest.fixture(scope="module")
def replayed(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    """The invented county: a need rated middling and a project scored middling, then other rules."""
    info = platform.stack.info
    described = {
        "name": "yinuo.local",
        "kafka": info.kafka,
        "counties": [INVENTED],
        "services": {
            service: {"url": url, "dsn": info.postgres[service], "owner_dsn": info.postgres_owner[service]}
            for service, url in info.services.items()
        },
    }
    file = tmp_path_factory.mktemp("deployment") / "deployment.yaml"
    file.write_text(yaml.safe_dump(described))
    apply(platform.urls, (INVENTED,), COUNTIES, simulated=True)
    replayed = Replayed(Cast(platform, INVENTED, "replayed").registered(), file)
    cast, moments = replayed.cast, replayed.moments
    office, unit, clerk = cast.of("office"), cast.of("unit"), cast.of("clerk")

    need = cast.submit("井盖松了", headers=at("2023-09-01T09:00:00"))["id"]
    moments.append(replayed.now())
    later = at("2023-09-01T10:00:00")  # told to both services: what another lane recorded at the very time of a position counts with it
    office.do("intake", f"needs/{need}/route", {"handling_unit": cast.unit, "responsible_leader": "leader-1"}, later)
    unit.do("intake", f"needs/{need}/answer", {"outcome": "done", "text": "已修好。"})
    clerk.do("intake", f"needs/{need}/rate", {"rating": "basically-satisfied"})
    project = cast.propose(need, level="grid", headers=later)
    cast.approve(project, by=cast.of("branch"))
    cast.pledge(project)
    cast.complete(project)
    unit.eventually("scoring", f"verifications/{project}", status="open")
    unit.do("scoring", f"verifications/{project}/score", {"points": {"quality": 70, "awareness": 60}})
    moments.append(replayed.now())
    profile = {**yaml.safe_load((COUNTIES / f"{INVENTED}.yaml").read_text()), "version": "2024-b", "effective_from": "2024-01-01"}
    profile.pop("organisations")
    profile["needs"] = {**profile["needs"], "basically_is_good": True}
    profile["score_sheet"] = {**profile["score_sheet"], "version": "2024-b", "pass_mark": 90}
    profile["entry"] = {**profile["entry"], "demonstration": [{"whose": "committee", "least": 1, "most": 2}]}
    office.do("projects", "profiles", profile, at("2024-01-02T09:00:00"))
    moments.append(replayed.now())
    return replayed


@pytest.fixture
def nothing_said_or_written(replayed: Replayed) -> Iterator[None]:
    before = replayed.cast.platform.written()
    yield
    assert replayed.cast.platform.written() == before


@pytest.mark.parametrize("report", ["figures", "ledger", "intake/needs", "projects/projects", "scoring/verifications"])
def test_a_report_run_again_is_the_same_to_the_byte(replayed: Replayed, report: str) -> None:
    once, again = (replayed.run("--as-of", replayed.moments[1], "--report", report, "--json") for _ in range(2))
    assert (once.returncode, once.stderr) == (Exit.OK, "")
    assert once.stdout == again.stdout
    if report == "figures":
        assert replayed.run_elsewhere("--as-of", replayed.moments[1], "--report", report, "--json") == once.stdout
    said = json.loads(once.stdout)
    assert said["digest"].startswith("sha256:")
    assert ",".join(f"{lane}@{said['positions'][lane]}" for lane in SERVICES if lane in said["positions"]) in replayed.moments[1]
    assert (said["report"], said["county"], said["code_version"]) == (report, INVENTED, "0.1.0")
    assert said["rules"] == {"under": "then", "profile": "2023-a", "score_sheet": "2023-a"}


def test_a_day_a_time_and_positions_that_come_to_the_same_are_the_same_report(replayed: Replayed) -> None:
    by_day = replayed.said("--as-of", "2023-12-31", "--report", "figures")
    by_time = replayed.said("--as-of", "2024-01-01T00:00:00+08:00", "--report", "figures")
    by_positions = replayed.said("--as-of", replayed.moments[1], "--report", "figures")
    assert by_day == by_time == by_positions


def test_the_past_stays_what_it_was_while_the_county_goes_on(replayed: Replayed) -> None:
    before = replayed.run("--as-of", replayed.moments[1], "--report", "intake/figures", "--json").stdout
    replayed.cast.submit("又一件", headers=at("2024-01-03T09:00:00"))
    replayed.cast.platform.still()
    assert replayed.run("--as-of", replayed.moments[1], "--report", "intake/figures", "--json").stdout == before
    assert replayed.run("--report", "intake/figures", "--json").stdout != before


def test_figures_are_judged_by_the_rules_of_then_or_of_today(replayed: Replayed) -> None:
    then = replayed.said("--as-of", replayed.moments[1], "--report", "figures")
    today = replayed.said("--as-of", replayed.moments[1], "--report", "figures", "--rules", "today")
    assert then["rules"] == {"under": "then", "profile": "2023-a", "score_sheet": "2023-a"}
    assert today["rules"] == {"under": "today", "profile": "2024-b", "score_sheet": "2024-b"}
    was, would = then["content"].pop("judged"), today["content"].pop("judged")
    assert then["content"] == today["content"]
    assert (was["satisfaction"], would["satisfaction"]) == ({"good": 0, "rated": 1}, {"good": 1, "rated": 1})
    assert was["scores"]["pass"] - would["scores"]["pass"] == was["scores"]["scored"] == would["scores"]["scored"] > 0
    assert was["quotas"] == []
    assert [(quota["whose"], quota["below"]) for quota in would["quotas"]] == [("committee", would["quotas"][0]["of"])]
    assert then["digest"] != today["digest"]


def test_what_was_recorded_is_not_judged_anew(replayed: Replayed) -> None:
    outcome = replayed.run("--report", "ledger", "--rules", "today")
    assert (outcome.returncode, outcome.stdout) == (Exit.USAGE, "")
    assert "only 'figures' can be judged anew" in outcome.stderr


def test_two_times_side_by_side(replayed: Replayed) -> None:
    first, second = replayed.moments[:2]
    found = replayed.said("--as-of", first, "--against", second, "--report", "projects/projects")
    (project,) = found["came"].values()
    assert (project["status"], found["went"], found["changed"]) == ("completed", {}, {})
    back = replayed.said("--as-of", second, "--against", first, "--report", "projects/projects")
    assert (back["came"], back["went"]) == ({}, found["came"])
    needs = replayed.said("--as-of", first, "--against", second, "--report", "intake/needs")
    assert {place.rpartition("/")[2]: change["after"] for place, change in needs["changed"].items()}["status"] == "routed"
    shown = replayed.run("--as-of", first, "--against", second, "--report", "intake/needs")
    assert [line.split()[0] for line in shown.stdout.splitlines()[:2]] == ["from", "to"]
    assert "/status  submitted → routed" in shown.stdout  # a middling rating was a bad one then: it was opened again
    assert replayed.run("--as-of", first, "--against", first, "--report", "ledger").stdout.endswith("Nothing differs.\n")


@pytest.mark.usefixtures("nothing_said_or_written")
@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--as-of", "gestern"], Exit.USAGE, "as_of is a day"),
        (["--as-of", "2023-09-01T09:00:00"], Exit.USAGE, "has no zone"),
        (["--as-of", "2999-01-01"], Exit.USAGE, "still to come"),
        (["--as-of", "@5"], Exit.USAGE, "Whose position?"),
        (["--as-of", "intake@1"], Exit.USAGE, "each lane this service reads"),
        (["--as-of", "2000-01-01"], Exit.NOT_FOUND, "Nothing was recorded yet"),
        (["--as-of", "@0", "--report", "intake/needs"], Exit.NOT_FOUND, "Nothing was recorded yet"),
        (["--as-of", "@99999999", "--report", "intake/needs"], Exit.NOT_FOUND, "has no position 99999999"),
        (["--as-of", "2023-12-31", "--against", "2999-01-01"], Exit.USAGE, "still to come"),
        (["--report", "nothing"], Exit.NOT_FOUND, "There is no report nothing"),
        (["--report", "intake/nothing"], Exit.NOT_FOUND, "route_unknown"),
        (["--report", "projects/members"], Exit.DENIED, "role_not_allowed"),
        (["--report", "published"], Exit.NOT_FOUND, "published no tables"),
        (["--token-file", "/nowhere"], Exit.USAGE, "does not hold a token"),
    ],
)
def test_what_cannot_be_shown_is_a_sentence_and_an_exit_code(replayed: Replayed, arguments: list[str], code: Exit, sentence: str) -> None:
    outcome = replayed.run(*([] if "--report" in arguments else ["--report", "figures"]), *arguments)
    assert sentence in outcome.stderr
    assert (outcome.returncode, outcome.stdout) == (code, "")


def test_a_county_of_nobody_and_services_that_are_away_are_told(replayed: Replayed) -> None:
    assert replayed.run(county="430524").returncode == Exit.NOT_FOUND
    data = replayed.cast.platform.stack.info.data
    away = yinuo("replay", "--county", "430523", "--data", data, "--port-base", str(free_port_base()))
    assert (away.returncode, away.stdout) == (Exit.DEPENDENCY_DOWN, "")
    assert "does not answer" in away.stderr


def test_one_position_of_a_service_s_own_is_enough_for_its_own_list(replayed: Replayed) -> None:
    position = replayed.moments[0].partition("@")[2].partition(",")[0]
    by_own = replayed.said("--as-of", f"@{position}", "--report", "intake/needs")
    assert by_own["positions"]["intake"] == int(position)
    assert by_own["content"] == replayed.said("--as-of", replayed.moments[0], "--report", "intake/needs")["content"]
