"""The development issuer: signs tokens for the embedded stack, with a key of this user's own."""

import json
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.embedded.datadir import write_private
from deploy.embedded.failures import disk_sentences

if TYPE_CHECKING:
    from joserfc.jwk import ECKey

ISSUER = "https://issuer.yinuo.local"
AUDIENCE = "yinuo"
CLIENT = "yinuo-portal"
ALGORITHM = "ES256"
ROLES = ("citizen", "clerk", "member", "branch", "unit", "office", "leader", "inspector", "auditor", "operator")
DEFAULT_TTL_SECONDS = 12 * 3600
VISITOR = "visitor"
"""The role of the portal's own tokens: nobody is given it."""
_COUNTY = re.compile(r"[0-9]{6}")


class Issuer:
    """Issues tokens signed with one ES256 key; services trust its public half through their keys file."""

    def __init__(self, key: "ECKey") -> None:
        self._key = key

    def issue(
        self,
        roles: str | Sequence[str],
        county: str,
        *,
        sub: str | None = None,
        unit: str | None = None,
        branch: str | None = None,
        ttl: float = DEFAULT_TTL_SECONDS,
    ) -> str:
        """Return a JWT for the roles in a county, valid for `ttl` seconds from now; ValueError names a role or county that is none.

        `sub` is `dev-<first role>` unless given. Claims are those of any provider the services accept: `iss`, `aud`, `sub`,
        `county`, `roles`, `unit`, `branch`, `iat`, `nbf`, `exp`.
        """
        from joserfc import jwt  # noqa: PLC0415 - only whoever needs a token pays for loading it

        roles = (roles,) if isinstance(roles, str) else tuple(roles)
        check_claims(roles, county)
        now = int(time.time())
        claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": sub or f"dev-{roles[0]}", "county": county, "roles": list(roles)}
        claims |= {name: value for name, value in (("unit", unit), ("branch", branch)) if value is not None}
        claims |= {"iat": now, "nbf": now, "exp": now + int(ttl)}
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def identify(self, sub: str, client: str, nonce: str, *, ttl: float) -> str:
        """Return an identity token for a client, which binds it to the login it asked for."""
        from joserfc import jwt  # noqa: PLC0415 - only whoever needs a token pays for loading it

        now = int(time.time())
        claims: dict[str, Any] = {"iss": ISSUER, "aud": client, "sub": sub, "nonce": nonce, "iat": now, "exp": now + int(ttl)}
        return jwt.encode({"alg": ALGORITHM, "typ": "JWT", "kid": self._key.kid}, claims, self._key, algorithms=[ALGORITHM])

    def public_keys(self) -> str:
        """Return the JWK set, public halves only, as JSON."""
        return json.dumps({"keys": [self._key.as_dict(private=False)]}) + "\n"


def check_claims(roles: Sequence[str], county: str) -> None:
    """ValueError, with a sentence, for a role that does not exist or a county that is not a six-digit code."""
    if not roles:
        raise ValueError("At least one role is needed.")
    for role in roles:
        if role not in (*ROLES, VISITOR):
            raise ValueError(f"'{role}' is no role: choose from {', '.join(ROLES)}.")
    if not _COUNTY.fullmatch(county):
        raise ValueError(f"'{county}' is no county: give its six-digit code (GB/T 2260), such as 430523.")


def load_issuer() -> Issuer:
    """Return this user's issuer, its key made at the first use; whoever is first when several are, all get the same."""
    from joserfc.jwk import ECKey  # noqa: PLC0415 - only whoever needs a token pays for loading it

    file = key_file()
    if not file.exists():
        _make_key(file)
    return Issuer(ECKey.import_key(json.loads(file.read_text(encoding="utf-8"))))


def key_file() -> Path:
    """Return where the key is kept, following the XDG base directories."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local/state") / "yinuo" / "issuer.json"


def _make_key(file: Path) -> None:
    from joserfc.jwk import ECKey  # noqa: PLC0415

    key = ECKey.generate_key("P-256", parameters={"alg": ALGORITHM, "use": "sig"}, auto_kid=True)
    with disk_sentences(file.parent):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}.new")
        write_private(draft, json.dumps(key.as_dict(private=True)) + "\n")
        try:
            # A link, unlike a rename, never replaces: of several first uses one wins, and its file is whole when it appears.
            file.hardlink_to(draft)
        except FileExistsError:
            return
        finally:
            draft.unlink()
