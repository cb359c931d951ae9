"""The answer to who asks for a notice's letter."""

from functools import partial

from services.supervision.letters.letter import Letter, printed
from services.supervision.letters.queries import NAMES
from services.supervision.queries.notices import CURRENT_PROFILE, notice
from shared.web.files import Sent
from shared.web.routes import Reading

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def notice_letter(reading: Reading) -> Sent | None:
    """Print a notice as a letter in official layout; a unit sees those addressed to it."""
    found = await notice(reading)
    if found is None:
        return None
    names = await reading.connection.fetch(NAMES, reading.county, list(found["units"]))
    profile = await reading.connection.fetchrow(CURRENT_PROFILE, reading.county, found["issued_on"])
    letter = Letter(
        kind=found["kind"],
        county=reading.county if profile is None else profile["profile"]["name"],
        number=found["number_text"],
        title=found["title"],
        text=found["text"],
        addressees=tuple(found["units"][row["code"]].get("name") or row["name"] for row in names),
        issued_on=found["issued_on"],
        acknowledge_by=found["acknowledge_by"],
        reply_by=found["reply_by"],
    )
    return Sent(f"{found['title']}.docx", DOCX, partial(printed, letter))
