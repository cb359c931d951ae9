"""docker-compose.yml: what can be known of it without containers."""

import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from pydantic_settings import BaseSettings

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
NAMES = sorted(file.parent.name for file in (ROOT / "services").glob("*/main.py"))
ONE_OFF = ["topics", "trust", *(f"{name}-migrate" for name in NAMES)]


def read() -> dict[str, Any]:
    """Return the file as compose sees it on a machine that sets none of its variables."""
    text = re.sub(r"(?<!\$)\$\{\w+:-([^}]*)\}", r"\1", FILE.read_text(encoding="utf-8"))
    compose: dict[str, Any] = yaml.safe_load(text.replace("$$", "$"))
    return compose


COMPOSE = read()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
RUNNING = sorted(SERVICES.keys() - set(ONE_OFF))


def settings_of(name: str) -> type[BaseSettings]:
    settings: type[BaseSettings] = importlib.import_module(f"services.{name}.settings").Settings
    return settings


def set_environment(monkeypatch: pytest.MonkeyPatch, container: str) -> None:
    for variable in [name for name in os.environ if name.startswith("YINUO_")]:
        monkeypatch.delenv(variable)
    for variable, value in SERVICES[container]["environment"].items():
        monkeypatch.setenv(variable, str(value))


def test_it_is_a_compose_file() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command: list[str | Path] = [checker, "--builtin-schema", "vendor.compose-spec", FILE]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own checker on our own file
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_service_of_the_platform_is_in_it() -> None:
    assert NAMES == ["intake", "portal", "projects", "scoring", "supervision"]
    assert {f"{name}{part}" for name in NAMES for part in ("", "-migrate", "-database")} <= SERVICES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_service_understands_its_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    set_environment(monkeypatch, name)
    settings = settings_of(name)().model_dump()
    assert settings["database_dsn"] == f"postgresql://{name}_app@{name}-database/{name}"
    assert settings["database_owner_dsn"] is None
    assert settings["environment"] == "production"
    set_environment(monkeypatch, f"{name}-migrate")
    settings = settings_of(name)().model_dump()
    assert settings["database_owner_dsn"] == f"postgresql://{name}_owner@{name}-database/{name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_service_would_refuse_an_environment_with_a_hole_or_a_slip(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    required = [field for field, info in settings_of(name).model_fields.items() if info.is_required()]
    assert required
    for field in required:
        set_environment(monkeypatch, name)
        monkeypatch.delenv(f"YINUO_{field.upper()}")
        with pytest.raises(ValidationError, match=field):
            settings_of(name)()
    set_environment(monkeypatch, name)
    monkeypatch.setenv("YINUO_KAFAK", "kafka:9092")
    with pytest.raises(ValidationError, match="YINUO_KAFAK"):
        settings_of(name)()


@pytest.mark.parametrize("name", NAMES)
def test_a_service_is_asked_published_and_counted_where_it_listens(name: str) -> None:
    container, scraped = SERVICES[name], yaml.safe_load((ROOT / "deploy/observability/prometheus.yml").read_text(encoding="utf-8"))
    port = container["environment"]["YINUO_HTTP_PORT"]
    assert container["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert f"http://127.0.0.1:{port}/livez" in container["healthcheck"]["test"][-1]
    targets = {config["labels"]["service"]: config["targets"] for config in scraped["scrape_configs"][0]["static_configs"]}
    assert targets[name] == [f"{name}:{port}"]
    assert targets.keys() == set(NAMES)


@pytest.mark.parametrize("container", [name for name, service in SERVICES.items() if service["image"].startswith("yinuo:")])
def test_a_container_runs_a_module_that_exists(container: str) -> None:
    interpreter, flag, module, *verb = SERVICES[container]["command"]
    assert (interpreter, flag) == ("python", "-m")
    assert importlib.util.find_spec(module) is not None
    if container == "trust":
        verb = []  # its words are files: what it does with them is tried in test_compose_jobs
    assert verb == {"topics": [], "trust": [], f"{container.removesuffix('-migrate')}-migrate": ["migrate"]}.get(container, ["serve"])


def test_only_the_services_and_the_jobs_are_ours() -> None:
    assert sorted(name for name, service in SERVICES.items() if service["image"].startswith("yinuo:")) == sorted([*NAMES, *ONE_OFF])


@pytest.mark.parametrize("name", NAMES)
def test_a_service_waits_for_its_tables_and_its_topics(name: str) -> None:
    after = {other: how["condition"] for other, how in SERVICES[name]["depends_on"].items()}
    assert after[f"{name}-migrate"] == after["topics"] == "service_completed_successfully"
    assert after[f"{name}-database"] == "service_healthy"


@pytest.mark.parametrize("container", sorted(SERVICES))
def test_what_a_container_waits_for_can_come_true(container: str) -> None:
    for other, how in SERVICES[container].get("depends_on", {}).items():
        if how["condition"] == "service_healthy":
            assert "healthcheck" in SERVICES[other], other
        else:
            assert SERVICES[other]["restart"].startswith("on-failure"), other


@pytest.mark.parametrize("container", RUNNING)
def test_what_stays_up_is_watched_and_started_again(container: str) -> None:
    assert SERVICES[container]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert SERVICES[container]["restart"] == "unless-stopped"


def test_nothing_is_published_beyond_this_machine_and_no_store_at_all() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)
    assert not [name for name in published if name.endswith("-database") or name == "kafka"]


@pytest.mark.parametrize("name", NAMES)
def test_a_database_is_reached_by_its_own_service_alone(name: str) -> None:
    assert SERVICES[f"{name}-database"]["networks"] == [name]
    assert COMPOSE["networks"][name] == {"internal": True}
    assert {other for other, service in SERVICES.items() if name in service["networks"]} == {name, f"{name}-migrate", f"{name}-database"}


@pytest.mark.parametrize("container", sorted(SERVICES))
def test_a_container_is_given_the_secrets_it_names_and_no_others(container: str) -> None:
    service = SERVICES[container]
    spoken = " ".join(map(str, [*service.get("environment", {}).values(), *service.get("entrypoint", []), *service.get("command", [])]))
    named = set(re.findall(r"/run/secrets/(\w+)", spoken))
    granted = set(service.get("secrets", []))
    if container.endswith("-database"):  # the roles' passwords are named by its script
        owner = container.removesuffix("-database")
        named |= {f"{owner}_owner_password", f"{owner}_app_password"}
    if container.endswith("-migrate"):  # which reads the settings, but opens neither keys nor sealed fields
        named -= {f"{container.removesuffix('-migrate')}_{kind}_key" for kind in ("sealing", "log", "witness")} | {
            "token_keys",
            "portal_client_secret",
        }
    assert granted == named
    assert granted <= COMPOSE["secrets"].keys()


def test_the_secrets_are_made_by_a_command_and_never_made_again(tmp_path: Path) -> None:
    shutil.copy(ROOT / "deploy/secrets.sh", tmp_path)
    made: list[dict[str, str]] = []
    for _ in range(2):
        subprocess.run([tmp_path / "secrets.sh"], check=True, capture_output=True)  # noqa: S603 - our own script
        made.append({file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert made[0].pop(".gitignore") == "*\n"
    assert {f"./deploy/secrets/{name}" for name in made[0]} == {secret["file"] for secret in COMPOSE["secrets"].values()}
    keys = made[0].pop("token_keys.json")
    assert keys == '{"keys": []}\n'
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in made[0].values())
    assert len(set(made[0].values())) == len(made[0])
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize("container", sorted(SERVICES))
def test_what_a_container_mounts_exists(container: str) -> None:
    sources = [volume.split(":")[0] for volume in SERVICES[container].get("volumes", [])]
    sources += [file for file in [SERVICES[container].get("env_file")] if file]
    for source in sources:
        assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"], source


def test_the_image_is_built_from_what_there_is_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert copied
    assert [source for sources in copied for source in sources if not (ROOT / source).exists()] == []
    assert [line for line in lines if line.startswith("USER")] == ["USER yinuo"]
    assert any("--require-hashes" in line and "requirements.lock" in line for line in lines)


def test_the_entrypoint_hands_over_the_password_and_the_command(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret-of-the-day")
    show = ["sh", "-c", 'printf "%s|%s" "${PGPASSWORD-none}" "$*"', "show", "a b", "c"]
    for environment, expected in (({"PGPASSWORD_FILE": str(tmp_path / "password")}, "s3cret-of-the-day|a b c"), ({}, "none|a b c")):
        command: list[str | Path] = [ROOT / "deploy/entrypoint.sh", *show]
        run = subprocess.run(command, env={"PATH": os.defpath} | environment, capture_output=True, text=True, check=True)  # noqa: S603
        assert run.stdout == expected
