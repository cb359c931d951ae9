"""Who wants to be told what: kept sealed, in force once confirmed, forgotten once ended."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from services.portal.login.vault import Vault
from shared.kernel.derived import derived
from shared.kernel.ids import uuid7
from shared.kernel.tenancy import county_reading, county_transaction

if TYPE_CHECKING:
    from shared.kernel.tenancy import Connection, Pool

Kind = Literal["unit", "need"]
Channel = Literal["email", "sms", "wechat"]
CHANNELS: tuple[Channel, ...] = ("email", "sms", "wechat")
MOST = 20
"""Subscriptions a need or a unit may have: nobody is made to tell a crowd."""
_MAC_HEX = 32
_COUNT = "SELECT count(*) FROM portal.subscriptions WHERE county = $1 AND kind = $2 AND subject = $3 AND ended_at IS NULL AND whose <> $4"
_MAKE = """
INSERT INTO portal.subscriptions (county, subscription_id, kind, subject, label, channel, whose) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (county, kind, subject, whose) DO UPDATE SET label = EXCLUDED.label, made_at = now(), ended_at = NULL,
  confirmed_at = CASE WHEN portal.subscriptions.ended_at IS NULL THEN portal.subscriptions.confirmed_at END
RETURNING subscription_id, confirmed_at, to_char(made_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24') AS hour
"""
_SEAL = "UPDATE portal.subscriptions SET sealed = $3 WHERE county = $1 AND subscription_id = $2"
_ONE = "SELECT * FROM portal.subscriptions WHERE county = $1 AND subscription_id = $2"
_CONFIRM = """
UPDATE portal.subscriptions SET confirmed_at = now()
WHERE county = $1 AND subscription_id = $2 AND confirmed_at IS NULL AND ended_at IS NULL AND made_at > now() - interval '7 days'
RETURNING true
"""
_END = "UPDATE portal.subscriptions SET ended_at = now(), sealed = NULL WHERE county = $1 AND subscription_id = $2 AND ended_at IS NULL"
_END_OF_NEED = """
UPDATE portal.subscriptions SET ended_at = now(), sealed = NULL WHERE county = $1 AND kind = 'need' AND subject = $2 AND ended_at IS NULL
"""
_FORGET = """
DELETE FROM portal.subscriptions WHERE county = $1
  AND (ended_at < now() - interval '30 days' OR (confirmed_at IS NULL AND made_at < now() - interval '8 days'))
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription; `subject` is a unit's code or a need's id, `label` what its owner calls it: a receipt's number, a unit's name."""

    county: str
    subscription_id: UUID
    kind: str
    subject: str
    label: str
    channel: str
    sealed: bytes | None
    made_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks to be told, and where."""

    kind: Kind
    subject: str
    label: str
    channel: Channel
    address: str


class TooMany(Exception):  # noqa: N818 - an answer
    """The subject has as many subscriptions as it may have."""


class Subscriptions:
    """The subscriptions of all counties."""

    def __init__(self, pool: "Pool", vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def make(self, connection: "Connection", county: str, asked: Asked) -> tuple[UUID, UUID] | None:
        """Keep a subscription; return its id and the id of asking for confirmation (one an hour), None where it is confirmed already.

        TooMany where the subject has enough of them.
        """
        whose = hmac.digest(self._vault.secret("subscribers"), f"{county} {asked.channel} {asked.address}".encode(), "sha256")
        if await connection.fetchval(_COUNT, county, asked.kind, asked.subject, whose) >= MOST:
            raise TooMany
        row = await connection.fetchrow(_MAKE, county, uuid7(), asked.kind, asked.subject, asked.label, asked.channel, whose)
        assert row is not None  # noqa: S101 - it returns what it wrote
        subscription_id: UUID = row["subscription_id"]
        await connection.execute(_SEAL, county, subscription_id, self._vault.seal("address", f"{county} {subscription_id}", asked.address))
        return None if row["confirmed_at"] is not None else (subscription_id, derived("confirm", str(subscription_id), row["hour"]))

    def address(self, subscription: Subscription) -> str | None:
        """Return where a subscription is sent to; None once it has ended, or under a key since replaced."""
        if subscription.sealed is None:
            return None
        place = f"{subscription.county} {subscription.subscription_id}"
        found: str | None = self._vault.open("address", place, subscription.sealed)
        return found

    def token(self, county: str, subscription_id: UUID) -> str:
        """Return what opens a subscription to whoever is told it, which is nobody but its address."""
        return f"{subscription_id}.{self._mac(county, subscription_id)}"

    async def opened(self, county: str, token: str) -> Subscription | None:
        """Return the subscription a token opens; None for any other text."""
        told, _, mac = token.partition(".")
        try:
            subscription_id = UUID(told)
        except ValueError:
            return None
        if not hmac.compare_digest(mac.encode("utf-8", "surrogatepass"), self._mac(county, subscription_id).encode()):
            return None
        async with county_reading(self._pool, county) as connection:
            return await self.find(connection, county, subscription_id)

    async def find(self, connection: "Connection", county: str, subscription_id: UUID) -> Subscription | None:
        """Return a subscription by its id."""
        row = await connection.fetchrow(_ONE, county, subscription_id)
        if row is None:
            return None
        told: dict[str, Any] = {name: row[name] for name in Subscription.__slots__}
        return Subscription(**told)

    async def confirm(self, subscription: Subscription) -> bool:
        """Put a subscription in force; tell whether it was asked for in the last seven days, and is not in force yet."""
        async with county_transaction(self._pool, subscription.county) as connection:
            return bool(await connection.fetchval(_CONFIRM, subscription.county, subscription.subscription_id))

    async def end(self, subscription: Subscription) -> None:
        """End a subscription, and forget its address."""
        async with county_transaction(self._pool, subscription.county) as connection:
            await connection.execute(_END, subscription.county, subscription.subscription_id)

    async def end_of_need(self, connection: "Connection", county: str, need_id: str) -> None:
        """End all subscriptions to a need: one of its petitioners is to be forgotten."""
        await connection.execute(_END_OF_NEED, county, need_id)

    async def forget(self, connection: "Connection", county: str) -> None:
        """Forget subscriptions that ended a month ago, or were never confirmed."""
        await connection.execute(_FORGET, county)

    def _mac(self, county: str, subscription_id: UUID) -> str:
        return hmac.digest(self._vault.secret("subscriptions"), f"{county} {subscription_id}".encode(), "sha256").hex()[:_MAC_HEX]
