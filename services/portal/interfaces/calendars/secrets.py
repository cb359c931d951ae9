"""Secret addresses of calendars: made by a unit, shown once, good until they are revoked."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.portal.login.vault import digest, new_secret
from shared.kernel.tenancy import county_reading, county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

MOST = 20
"""Addresses a unit may have at a time."""
_MAKE = """
INSERT INTO portal.calendars (county, digest, unit, name, made_by) SELECT $1, $2, $3, $4, $5
WHERE (SELECT count(*) FROM portal.calendars WHERE county = $1 AND unit = $3 AND revoked_at IS NULL) < $6 RETURNING true
"""
_FIND = "SELECT true FROM portal.calendars WHERE county = $1 AND digest = $2 AND unit = $3 AND revoked_at IS NULL"
_ALL = """
SELECT encode(digest, 'hex') AS id, name, made_by, made_at FROM portal.calendars
WHERE county = $1 AND unit = $2 AND revoked_at IS NULL ORDER BY made_at
"""
_REVOKE = "UPDATE portal.calendars SET revoked_at = now() WHERE county = $1 AND digest = $2 AND unit = $3 AND revoked_at IS NULL"


@dataclass(frozen=True, slots=True)
class Calendar:
    """An address as it is listed; `id` is the digest of its secret, in hexadecimal."""

    id: str
    name: str
    made_by: str
    made_at: datetime


class Calendars:
    """The secret addresses of all counties' calendars."""

    def __init__(self, pool: "Pool") -> None:
        self._pool = pool

    async def make(self, county: str, unit: str, name: str, made_by: str) -> str | None:
        """Return a new secret, which is shown once; None where the unit has as many as it may."""
        secret = new_secret()
        async with county_transaction(self._pool, county) as connection:
            made = await connection.fetchval(_MAKE, county, digest(secret), unit, name, made_by, MOST)
        return secret if made else None

    async def opens(self, county: str, unit: str, secret: str) -> bool:
        """Tell whether a secret opens a unit's calendar now."""
        async with county_reading(self._pool, county) as connection:
            return bool(await connection.fetchval(_FIND, county, digest(secret), unit))

    async def all(self, county: str, unit: str) -> list[Calendar]:
        """Return a unit's addresses that are good, in the order they were made."""
        async with county_reading(self._pool, county) as connection:
            return [Calendar(**dict(row)) for row in await connection.fetch(_ALL, county, unit)]

    async def revoke(self, county: str, unit: str, calendar_id: str) -> None:
        """Let an address of the unit be good no more; anything else changes nothing."""
        try:
            key = bytes.fromhex(calendar_id)
        except ValueError:
            return
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_REVOKE, county, key, unit)
