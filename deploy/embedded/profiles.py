"""Brings the counties' profiles, kept as files, to the service that owns them."""

import hashlib
import time
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import httpx
import yaml

from deploy.embedded.failures import DependencyDownError
from deploy.embedded.issuer import load_issuer

COUNTIES_FOLDER = Path(__file__).parents[1] / "counties"
_DEFAULT_COUNTIES = ("430523", "610330")
_APPLIED = {200, 201, 202, 409}
_TRANSIENT = {502, 503, 504}
_SECONDS = 20.0
_PAUSE_SECONDS = 0.2


class _PlainLoader(yaml.SafeLoader):
    """Leaves dates as the text they are written as, which is what JSON has for them."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def known_counties(folder: Path = COUNTIES_FOLDER) -> tuple[str, ...]:
    """Return the codes of the counties that have a file, in order; the two the platform was built for if none has."""
    return tuple(sorted(file.stem for file in folder.glob("*.yaml"))) or _DEFAULT_COUNTIES


def apply(
    base_urls: Mapping[str, str],
    counties: tuple[str, ...],
    folder: Path = COUNTIES_FOLDER,
    *,
    simulated: bool = False,
    office: Callable[[str], str] | None = None,
) -> None:
    """Post each county's profile to the projects service; one that is there already is left as it is.

    The command's id derives from the file's content, so that a repeated start changes nothing and a changed file is a new
    command. `office` gives a token of a county's office; the development issuer's, unless told. Under the simulated clock a county's
    time begins with the year in which its rules take effect. DependencyDownError if the service answers anything but applied or
    already there.
    """
    files = [file for county in counties if (file := folder / f"{county}.yaml").is_file()]
    if not files:
        return
    token = office or partial(load_issuer().issue, "office")
    # Loopback traffic must not go through a proxy of the environment.
    with httpx.Client(base_url=base_urls["projects"], timeout=_SECONDS, trust_env=False) as client:
        for file in files:
            _apply_one(client, file, token(file.stem), simulated=simulated)


def _apply_one(client: httpx.Client, file: Path, token: str, *, simulated: bool) -> None:
    """Post the profile, then the organisations the county starts with."""
    content = file.read_bytes()
    command_id = uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(content).hexdigest())
    profile = yaml.load(content, _PlainLoader)  # noqa: S506 - a SafeLoader
    organisations = profile.pop("organisations", [])
    common = {"Authorization": f"Bearer {token}"}
    if simulated:
        common["Simulated-Time"] = f"{profile['effective_from'][:4]}-01-01T00:00:00+08:00"
    _post(client, f"/v1/{file.stem}/profiles", profile, {**common, "Idempotency-Key": str(command_id)})
    for organisation in organisations:
        key = f"{command_id}-{organisation['code']}"
        _post(client, f"/v1/{file.stem}/organisations", organisation, {**common, "Idempotency-Key": key})


def _post(client: httpx.Client, path: str, content: object, headers: dict[str, str]) -> None:
    """Post until the service takes it or refuses it; the command's id makes a repetition harmless if it is being started again."""
    deadline = time.monotonic() + _SECONDS
    while problem := _problem(client, path, content, headers):
        transient, sentence = problem
        if not transient or time.monotonic() > deadline:
            raise DependencyDownError(f"What {path} should have could not be applied: {sentence}")
        time.sleep(_PAUSE_SECONDS)


def _problem(client: httpx.Client, path: str, content: object, headers: dict[str, str]) -> tuple[bool, str] | None:
    """Post once; return None, or whether another attempt may help and what was the matter."""
    try:
        response = client.post(path, json=content, headers=headers)
    except httpx.HTTPError as failure:
        return True, f"{failure or type(failure).__name__}."
    if response.status_code in _APPLIED:
        return None
    return response.status_code in _TRANSIENT, f"status {response.status_code}, {response.text[:500].strip()}"
