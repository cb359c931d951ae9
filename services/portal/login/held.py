"""Photos chosen before the form they belong to is sent: kept here, sealed, for whoever holds their secret, an hour at the most."""

from typing import TYPE_CHECKING

from services.portal.login.vault import Vault, digest, new_secret
from shared.kernel.tenancy import county_transaction
from shared.web.cleaning import Cleaned

if TYPE_CHECKING:
    from shared.kernel.tenancy import Pool

_KEEP = "INSERT INTO portal.held_photos (county, digest, sealed, media_type) VALUES ($1, $2, $3, $4)"
_FORGET = "DELETE FROM portal.held_photos WHERE county = $1 AND kept_at < now() - interval '1 hour'"
_FIND = "SELECT sealed, media_type FROM portal.held_photos WHERE county = $1 AND digest = $2 AND kept_at > now() - interval '1 hour'"
_END = "DELETE FROM portal.held_photos WHERE county = $1 AND digest = $2"


class HeldPhotos:
    """Keeps photos until the form is sent; what nobody came back for goes when the next one comes."""

    def __init__(self, pool: "Pool", vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def keep(self, county: str, photo: Cleaned) -> str:
        """Keep a photo and return the secret that opens it."""
        secret = new_secret()
        sealed = self._vault.seal_bytes("photo", f"{county} {secret}", photo.content)
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_FORGET, county)
            await connection.execute(_KEEP, county, digest(secret), sealed, photo.media_type)
        return secret

    async def find(self, county: str, secret: str) -> Cleaned | None:
        """Return a photo; None where there is none, or no longer."""
        async with county_transaction(self._pool, county) as connection:
            row = await connection.fetchrow(_FIND, county, digest(secret))
        content = None if row is None else self._vault.open_bytes("photo", f"{county} {secret}", row["sealed"])
        return None if row is None or content is None else Cleaned(content, row["media_type"])

    async def end(self, county: str, secret: str) -> None:
        """Keep a photo no longer."""
        async with county_transaction(self._pool, county) as connection:
            await connection.execute(_END, county, digest(secret))
