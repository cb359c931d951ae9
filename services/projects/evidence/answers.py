"""The answers to who looks at evidence."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.projects.evidence.queries import LIST, ONE
from shared.kernel.file_store import FileStore
from shared.kernel.text import UnitCode
from shared.web.cleaning import PDF
from shared.web.files import Sent
from shared.web.routes import Page, Params, Reading, page

_EVERYTHING = ("office", "leader", "inspector", "auditor")
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", PDF: "pdf"}


class EvidenceFilters(Params):
    """How the list of evidence may be narrowed."""

    project_id: UUID | None = None
    unit: UnitCode | None = None
    media_type: Literal["image/jpeg", "image/png", "image/webp", "application/pdf"] | None = None
    reused: Annotated[bool | None, Field(description="Whether other projects show the very same file")] = None


async def evidence(reading: Reading) -> Page:
    """List evidence in the order it was attached; units and branches see their unit's, members their own."""
    wanted: EvidenceFilters = reading.params
    rows = await reading.connection.fetch(
        LIST,
        reading.county,
        *_visible(reading),
        wanted.after,
        wanted.limit,
        wanted.project_id,
        wanted.unit,
        wanted.media_type,
        wanted.reused,
    )
    return page(rows, wanted.limit)


async def evidence_file(reading: Reading) -> Sent | None:
    """Give the file itself: pictures to be shown, documents to be saved."""
    ids = reading.ids
    row = await reading.connection.fetchrow(ONE, reading.county, *_visible(reading), ids["project_id"], ids["evidence_id"])
    if row is None:
        return None
    store: FileStore = reading.opened
    size, pieces = await store.give(reading.county, row["digest"])
    name = f"{row['caption'][:60].strip()}.{_ENDINGS[row['media_type']]}".replace("\n", " ")
    return Sent(name, row["media_type"], pieces, inline=row["media_type"] != PDF, size=size)


def _visible(reading: Reading) -> tuple[str | None, str | None]:
    """Return whose evidence the actor sees: a unit's, a person's, or (None, None) everybody's."""
    actor = reading.actor
    if actor.has(*_EVERYTHING):
        return None, None
    if actor.has("unit", "branch"):
        return actor.unit or "", None
    return None, actor.sub
