"""A file comes in for a project."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from services.projects.commands import AttachEvidence
from shared.kernel.derived import derived
from shared.kernel.file_store import FileStore
from shared.web.cleaning import cleaned
from shared.web.files import Receiving

MOST_BYTES = 20 << 20


async def attach_evidence(receiving: Receiving) -> Mapping[str, Any]:
    """Attach a photo or document to a project in hand; the same file again changes nothing."""
    store: FileStore = receiving.opened
    kept = await asyncio.to_thread(lambda: cleaned(receiving.file.read()))
    digest = hashlib.sha256(kept.content).hexdigest()
    project_id = receiving.ids["project_id"]
    evidence_id = derived("evidence", str(project_id), digest)
    filled = {
        "project_id": project_id,
        "evidence_id": evidence_id,
        "digest": digest,
        "media_type": kept.media_type,
        "size": len(kept.content),
    }
    caption = orjson.dumps(dict(receiving.headers))
    # Nothing is kept for who may not attach it; the file is there before the fact that names it.
    await receiving.give(AttachEvidence, caption, filled=filled, rehearsed=True)
    await store.keep(receiving.county, kept.content)
    answer = await receiving.give(AttachEvidence, caption, filled=filled)
    said = {"version": answer.version, "position": str(answer.position)} if answer is not None else {}
    return {"id": str(evidence_id), "digest": digest, "media_type": kept.media_type, "size": len(kept.content), **said}
