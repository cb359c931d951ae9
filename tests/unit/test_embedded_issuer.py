"""The development issuer's tokens and key."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.embedded.issuer import AUDIENCE, ISSUER, key_file, load_issuer


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def test_a_token_is_what_any_provider_would_issue() -> None:
    issuer = load_issuer()
    token = issuer.issue(["office", "unit"], "430523", unit="unit-1", branch="branch-2", ttl=60)

    decoded = jwt.decode(token, KeySet.import_key_set(json.loads(issuer.public_keys())), algorithms=["ES256"])

    assert decoded.header["alg"] == "ES256"
    claims = decoded.claims
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, AUDIENCE, "dev-office")
    assert (claims["county"], claims["roles"], claims["unit"], claims["branch"]) == ("430523", ["office", "unit"], "unit-1", "branch-2")
    assert claims["exp"] - claims["iat"] == 60
    assert claims["nbf"] == claims["iat"]


def test_only_the_public_half_is_published() -> None:
    (key,) = json.loads(load_issuer().public_keys())["keys"]
    assert key["kty"] == "EC"
    assert "d" not in key
    assert key["kid"]
    assert key_file().stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("role", "county", "reason"),
    [("king", "430523", "'king' is no role"), ("office", "4305", "'4305' is no county"), ("office", "４３０５２３", "is no county")],
)
def test_a_role_or_county_that_is_none_is_refused(role: str, county: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        load_issuer().issue(role, county)


def test_many_first_uses_at_once_agree_on_one_key() -> None:
    code = "from deploy.embedded.issuer import load_issuer; print(load_issuer().public_keys())"
    uses = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(6)]  # noqa: S603
    assert len({use.communicate(timeout=30)[0] for use in uses}) == 1
    assert [entry.name for entry in key_file().parent.iterdir()] == ["issuer.json"]
