"""The answers to who looks at photos."""

from uuid import UUID

import asyncpg

from services.intake.photos.sealing import opened_picture
from services.intake.queries.photos import ONE, PHOTOS, THERE
from services.intake.queries.voices import VOICE
from services.intake.state.receipts import digest_of_code
from shared.kernel.file_store import FileStore
from shared.kernel.sealed import Sealed
from shared.kernel.sealing import Context
from shared.web.files import Sent
from shared.web.routes import Page, Params, Reading, page

_EVERY_NEED = ("clerk", "office", "leader", "inspector")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


async def photos(reading: Reading) -> Page | None:
    """List the photos of a need and of those merged into it; a unit sees those of the needs it handles or assists with."""
    wanted: Params = reading.params
    if not await reading.connection.fetchval(THERE, reading.county, reading.ids["need_id"]):
        return None
    rows = await reading.connection.fetch(PHOTOS, reading.county, reading.ids["need_id"], _unit(reading), wanted.after, wanted.limit)
    return page(rows, wanted.limit)


async def photo_file(reading: Reading) -> Sent | None:
    """Give a photo of a need, to those who may list it."""
    ids = reading.ids
    return await _sent(reading, await reading.connection.fetchrow(ONE, reading.county, ids["need_id"], _unit(reading), ids["photo_id"]))


async def photo_by_code(reading: Reading) -> Sent | None:
    """Give a photo to whoever holds the query code it was shown with."""
    digest = digest_of_code(reading.ids["code"])
    voice = None if digest is None else await reading.connection.fetchrow(VOICE, reading.county, digest)
    try:
        photo_id = UUID(reading.ids["photo_id"])
    except ValueError:
        return None
    if voice is None:
        return None
    row = await reading.connection.fetchrow(ONE, reading.county, voice["need_id"], None, photo_id)
    own = row is not None and (row["need_id"], row["number"]) == (voice["need_id"], voice["number"])
    return await _sent(reading, row) if own else None


def _unit(reading: Reading) -> str | None:
    """Return the unit that must have to do with the need; None for those who see every one."""
    return None if reading.actor.has(*_EVERY_NEED) else reading.actor.unit or ""


async def _sent(reading: Reading, row: asyncpg.Record | None) -> Sent | None:
    key = None if row is None else await _key(reading, row)
    if row is None or key is None:
        return None
    store: FileStore = reading.opened
    _, pieces = await store.give(reading.county, row["digest"])
    picture = opened_picture(b"".join([piece async for piece in pieces]), reading.county, key)
    return Sent(f"{row['id']}.{_ENDINGS[row['media_type']]}", row["media_type"], lambda: picture, inline=True)


async def _key(reading: Reading, row: asyncpg.Record) -> str | None:
    """Return the key of a photo; None where it was destroyed."""
    sealed = Sealed(person=row["id"], ciphertext=row["key"])
    [key] = await reading.unseal([(sealed, "key", Context(reading.county, f"need-{row['need_id']}", row["key_event"]))])
    return key
