"""Screens on walls: each may look at one county's big screen, with a secret of its own, until it is revoked."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.portal.login.vault import digest, new_secret
from shared.kernel.tenancy import COUNTY, county_reading, county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

COOKIE = "__Host-yinuo-kiosk"
_MAKE = "INSERT INTO portal.kiosks (county, digest, name, made_by) VALUES ($1, $2, $3, $4)"
_FIND = "SELECT digest FROM portal.kiosks WHERE county = $1 AND digest = $2 AND revoked_at IS NULL"
_ALL = "SELECT encode(digest, 'hex') AS id, name, made_by, made_at, revoked_at FROM portal.kiosks WHERE county = $1 ORDER BY made_at"
_REVOKE = "UPDATE portal.kiosks SET revoked_at = now() WHERE county = $1 AND digest = $2 AND revoked_at IS NULL"


@dataclass(frozen=True, slots=True)
class Kiosk:
    """A screen as it is listed; `id` is the digest of its secret, in hexadecimal."""

    id: str
    name: str
    made_by: str
    made_at: datetime
    revoked_at: datetime | None


class Kiosks:
    """The screens of all counties."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool

    async def make(self, county: str, name: str, made_by: str) -> str:
        """Make a screen's secret, which is shown once."""
        secret = new_secret()
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_MAKE, county, digest(secret), name, made_by)
        return f"{county}.{secret}"

    async def find(self, county: str, told: str | None) -> bytes | None:
        """Return the digest of a secret that may look at a county's screen, None for any other."""
        of, _, secret = (told or "").partition(".")
        if of != county or COUNTY.match(of) is None or not secret:
            return None
        async with county_reading(self._pool, county) as connection:
            found: bytes | None = await connection.fetchval(_FIND, county, digest(secret))
        return found

    async def all(self, county: str) -> list[Kiosk]:
        """Return a county's screens, in the order they were made."""
        async with county_reading(self._pool, county) as connection:
            return [Kiosk(**dict(row)) for row in await connection.fetch(_ALL, county)]

    async def revoke(self, county: str, kiosk_id: str) -> None:
        """Let a screen look no more."""
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_REVOKE, county, bytes.fromhex(kiosk_id))
