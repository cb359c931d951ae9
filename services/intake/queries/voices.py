"""Questions about petitioners' voices: receipts, tracking without a login, ratings, and who asks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from pydantic import AfterValidator, StringConstraints

from services.intake.commands import RevealPetitioner
from services.intake.queries.photos import OWN
from services.intake.state.receipts import code_text, digest_of_code, digest_of_secret, position_of, receipt_number
from shared.contracts.intake import INTAKE, NeedJoined, NeedSubmitted
from shared.contracts.values import Rating
from shared.kernel.envelope import open_body
from shared.kernel.rules import Command
from shared.kernel.sealing import Context
from shared.kernel.text import UnitCode
from shared.kernel.workdays import business_day
from shared.web.routes import Page, Params, Reading, page

QUERY_CODE = "query-code"
"""What a petition's secret is derived for."""

_CODES = """
SELECT position, number, petition_id, submitted_at, code_digest FROM read.petitions
WHERE county = $1 AND position > $2 AND need_id = $4 AND submitted_by = $5 ORDER BY position LIMIT $3
"""
PETITIONS = """
WITH RECURSIVE voices (need_id) AS (
  SELECT $4::uuid WHERE $4::uuid IS NOT NULL
  UNION SELECT n.need_id FROM voices v JOIN read.need_board n ON n.county = $1 AND n.merged_into = v.need_id
)
SELECT need_id, number, position, channel, named, on_behalf, submitted_at, revealed, erased_at FROM read.petitions
WHERE county = $1 AND position > $2 AND ($4::uuid IS NULL OR need_id IN (SELECT need_id FROM voices))
  AND ($5::bigint IS NULL OR position = $5) AND ($6::boolean IS NULL OR (erased_at IS NOT NULL) = $6)
  AND ($7::boolean IS NULL OR (revealed > 0) = $7) AND ($8::boolean IS NULL OR on_behalf = $8)
ORDER BY position LIMIT $3
"""
RATINGS = """
SELECT need_id, closed_with, closing, petitioner, position, rating, good, handling_unit, project_id, text, rated_at FROM read.ratings
WHERE county = $1 AND position > $2 AND ($4::text IS NULL OR rating = $4) AND ($5::boolean IS NULL OR good = $5)
  AND ($6::text IS NULL OR handling_unit = $6) AND ($7::uuid IS NULL OR need_id = $7)
ORDER BY position LIMIT $3
"""
VOICE = """
SELECT need_id, number, position, submitted_at FROM read.petitions WHERE county = $1 AND code_digest = $2 AND position IS NOT NULL
"""
CHAIN = """
WITH RECURSIVE chain AS (
  SELECT n.need_id, n.merged_into, 0 AS step FROM read.need_board n WHERE n.county = $1 AND n.need_id = $2
  UNION ALL
  SELECT n.need_id, n.merged_into, c.step + 1 FROM chain c JOIN read.need_board n ON n.county = $1 AND n.need_id = c.merged_into
)
SELECT n.need_id, n.kind, n.town, n.status, n.accepted_at, n.more_asked, n.more_asked_at, n.more_by, n.merged_at, n.routed_at,
  n.handling_unit, u.name AS unit_name, n.closed_at, n.outcome, n.answer, n.closing, n.reopen_until, n.reopened,
  p.proposed_at, p.claimed_at, p.complete_by, p.completed_at, p.signed_off_at
FROM chain c JOIN read.need_board n ON n.county = $1 AND n.need_id = c.need_id
LEFT JOIN read.units u ON u.county = $1 AND u.code = n.handling_unit
LEFT JOIN read.project_steps p ON p.county = $1 AND p.project_id = n.project_id AND p.withdrawn_at IS NULL
ORDER BY c.step
"""
RATED = """
SELECT rating FROM read.ratings WHERE county = $1 AND need_id = $2 AND closed_with = $3 AND closing = $4 AND petitioner = $5
"""
_STREAM = "SELECT log.stream_after($1, $2, 0, 2147483647)"


def _known(number: str) -> str:
    if position_of(number) is None:
        raise ValueError("misheard")
    return number


ReceiptNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{6,18}-[0-9]$"), AfterValidator(_known)]
"""A receipt's number; one with a wrong check digit is refused, so that nobody is told of somebody else's need."""


class PetitionFilters(Params):
    """How a list of petitioners' voices may be narrowed; a need's come with those of every need merged into it."""

    need_id: UUID | None = None
    receipt: ReceiptNumber | None = None
    erased: bool | None = None
    revealed: bool | None = None
    on_behalf: bool | None = None


class RatingFilters(Params):
    """How the list of ratings may be narrowed."""

    rating: Rating | None = None
    good: bool | None = None
    handling_unit: UnitCode | None = None
    need_id: UUID | None = None


async def receipts(reading: Reading) -> Page | None:
    """List one's own receipts in a need: number and query code, which is derived anew each time and kept nowhere."""
    wanted: Params = reading.params
    found = await reading.connection.fetch(_CODES, reading.county, wanted.after, wanted.limit, reading.ids["need_id"], reading.actor.sub)
    if not found and wanted.after == 0:
        return None
    items = [
        {
            "position": str(row["position"]),
            "petitioner": row["number"],
            "receipt": receipt_number(row["position"], row["submitted_at"]),
            "code": _code(reading, row),
            "submitted_at": row["submitted_at"],
        }
        for row in found
    ]
    return Page(items, found[-1]["position"] if len(found) == wanted.limit else None)


def _code(reading: Reading, row: asyncpg.Record) -> str | None:
    """Return the code that was given; None for a petition from before there were codes, or under a key since replaced."""
    secret = reading.sealer.secret(reading.county, QUERY_CODE, row["petition_id"])
    return code_text(secret) if row["code_digest"] == digest_of_secret(secret) else None


async def petitions(reading: Reading) -> Page:
    """List voices in the order they came: receipts, and of who it is only whether a name is sealed, or was erased."""
    wanted: PetitionFilters = reading.params
    rows = await reading.connection.fetch(
        PETITIONS,
        reading.county,
        wanted.after,
        wanted.limit,
        wanted.need_id,
        None if wanted.receipt is None else position_of(wanted.receipt),
        wanted.erased,
        wanted.revealed,
        wanted.on_behalf,
    )
    found = page(rows, wanted.limit)
    return Page([_voice(item, row) for item, row in zip(found.items, rows, strict=True)], found.next)


def _voice(item: Mapping[str, Any], row: asyncpg.Record) -> Mapping[str, Any]:
    shown = {name: value for name, value in item.items() if name not in ("named", "erased_at")}
    person = None if not row["named"] else {"state": "sealed"}
    if row["erased_at"] is not None:
        person = {"state": "erased", "erased_at": row["erased_at"]}
    return {**shown, "receipt": receipt_number(row["position"], row["submitted_at"]), "person": person}


async def ratings(reading: Reading) -> Page:
    """List ratings in the order they were given."""
    wanted: RatingFilters = reading.params
    rows = await reading.connection.fetch(
        RATINGS, reading.county, wanted.after, wanted.limit, wanted.rating, wanted.good, wanted.handling_unit, wanted.need_id
    )
    return page(rows, wanted.limit)


async def tracking(reading: Reading) -> Mapping[str, Any] | None:
    """Show whoever holds a query code how far their need is: steps and days, units, what is asked and answered, and no person."""
    digest = digest_of_code(reading.ids["code"])
    voice = None if digest is None else await reading.connection.fetchrow(VOICE, reading.county, digest)
    if voice is None:
        return None
    chain = await reading.connection.fetch(CHAIN, reading.county, voice["need_id"])
    if not chain:
        return None
    own, last = chain[0], chain[-1]
    rated = await reading.connection.fetchval(
        RATED, reading.county, own["need_id"], last["need_id"], last["closing"], f"p{voice['number']}"
    )
    return {
        "id": str(own["need_id"]),
        "receipt": receipt_number(voice["position"], voice["submitted_at"]),
        "kind": own["kind"],
        "town": own["town"],
        "status": last["status"],
        "steps": _steps(voice, chain),
        "asked": {"question": own["more_asked"], "answer_by": own["more_by"]} if own["more_by"] is not None else None,
        "answer": None if last["closed_at"] is None else {"outcome": last["outcome"], "text": last["answer"]},
        "rating": {"may_rate": last["closing"] > 0 and rated is None, "rated": rated, "reopens_until": last["reopen_until"]},
        "reopened": last["reopened"],
        "photos": [str(row["id"]) for row in await reading.connection.fetch(OWN, reading.county, voice["need_id"], voice["number"])],
    }


async def tracking_proof(reading: Reading) -> int | None:
    """Prove to whoever holds a query code, with nothing but public keys, that what they submitted or joined stands in the county's log."""
    digest = digest_of_code(reading.ids["code"])
    voice = None if digest is None else await reading.connection.fetchrow(VOICE, reading.county, digest)
    return None if voice is None else voice["position"]


def _steps(voice: asyncpg.Record, chain: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
    own, last = chain[0], chain[-1]
    unit = {"unit": last["handling_unit"], "unit_name": last["unit_name"]}
    steps: list[tuple[str, datetime | None, dict[str, Any]]] = [
        ("submitted", voice["submitted_at"], {}),
        ("accepted", own["accepted_at"], {}),
        ("more-asked", own["more_asked_at"], {}),
        ("merged", own["merged_at"], {}),
        ("routed", last["routed_at"], unit),
        ("project-made", last["proposed_at"], {}),
        ("claimed", last["claimed_at"], {"promised_by": last["complete_by"]}),
        ("completed", last["completed_at"], {}),
        ("signed-off", last["signed_off_at"], {}),
        ("answered" if last["status"] != "declined" else "declined", last["closed_at"], {}),
    ]
    return [{"step": step, "on": business_day(at).isoformat(), **more} for step, at, more in steps if at is not None]


async def petitioner_shown(reading: Reading, command: Command) -> Mapping[str, Any]:
    """Return the name and phone of the petitioner a command revealed, or that they were erased meanwhile."""
    assert isinstance(command, RevealPetitioner)  # noqa: S101 - the route says so
    stream = f"need-{command.need_id}"
    for row in await reading.connection.fetch(_STREAM, reading.county, stream):
        envelope = open_body(row[0])
        event = envelope.event(INTAKE)
        number = 1 if isinstance(event, NeedSubmitted) else event.number if isinstance(event, NeedJoined) else None
        if number == command.petitioner and isinstance(event, NeedSubmitted | NeedJoined) and event.petitioner is not None:
            context = Context(reading.county, stream, UUID(envelope.meta.event_id))
            fields = [(event.petitioner.name, "petitioner.name", context)]
            if event.petitioner.phone is not None:
                fields.append((event.petitioner.phone, "petitioner.phone", context))
            texts = await reading.unseal(fields)
            if texts[0] is None:
                break
            return {"person": {"state": "shown", "name": texts[0], "phone": texts[1] if len(texts) > 1 else None}}
    return {"person": {"state": "erased"}}
