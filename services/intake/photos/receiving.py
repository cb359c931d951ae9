"""A photo comes in with a query code."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from services.intake.commands import AttachPhoto
from services.intake.photos.sealing import sealed_picture
from shared.kernel.file_store import FileStore
from shared.web.cleaning import LONGEST_PHOTO_SIDE, cleaned_picture
from shared.web.files import Receiving


async def attach_photo(receiving: Receiving) -> Mapping[str, Any]:
    """Attach a photo to an open need, for whoever holds one of its query codes."""
    store: FileStore = receiving.opened
    kept = await asyncio.to_thread(lambda: cleaned_picture(receiving.file.read(), LONGEST_PHOTO_SIDE))
    sealed, key = sealed_picture(kept.content, receiving.county)
    filled = {
        "need_id": receiving.ids["need_id"],
        "mark": hashlib.sha256(kept.content).hexdigest(),
        "digest": hashlib.sha256(sealed).hexdigest(),
        "media_type": kept.media_type,
        "size": len(kept.content),
        "key": key,
    }
    code = orjson.dumps({"code": receiving.headers.get("query-code")})
    # Nothing is kept for who may not attach it; the file is there before the fact that names it.
    answer = await receiving.give(AttachPhoto, code, filled=filled, rehearsed=True)
    if answer is None:
        await store.keep(receiving.county, sealed)
        answer = await receiving.give(AttachPhoto, code, filled=filled)
    assert answer is not None  # noqa: S101 - only a rehearsal may have none
    return {
        "id": str(receiving.ids["need_id"]),
        "version": answer.version,
        "position": str(answer.position),
        "media_type": kept.media_type,
        "size": len(kept.content),
    }
