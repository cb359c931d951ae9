"""What must hold before anything is decided on a need."""

from datetime import date

from services.intake.state.need import CLOSED, Need, Petition, Status
from services.intake.state.receipts import digest_of_code
from shared.contracts.profile import Period as Days
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked
from shared.kernel.workdays import Period, business_day, due


def must_exist(need: Need) -> None:
    """Refuse what is asked of a need nobody submitted."""
    if need.status is Status.ABSENT:
        raise Rejected("not_found")


def must_stand_alone(need: Need) -> None:
    """Refuse what is asked of a need that is handled with another."""
    must_exist(need)
    if need.merged_into is not None:
        raise Rejected("need_merged", into=need.merged_into)


def must_be_open(need: Need) -> None:
    """Refuse what is asked of a need that is closed, or handled with another."""
    must_stand_alone(need)
    if need.status in CLOSED:
        raise Rejected("need_already_closed")


def petition_of(need: Need, number: int) -> Petition:
    """Return a petitioner's voice by its number within the need."""
    must_exist(need)
    found = next((petition for petition in need.petitions if petition.number == number), None)
    if found is None:
        raise Rejected("petitioner_not_known", pointer="/petitioner", number=number)
    return found


def petition_by_code(need: Need, code: str) -> Petition:
    """Return the voice whose query code this is; whoever holds the code speaks for it."""
    must_exist(need)
    digest = digest_of_code(code)
    found = next((petition for petition in need.petitions if digest is not None and petition.code_digest == digest), None)
    if found is None:
        raise Rejected("code_not_known", pointer="/code")
    return found


def last_day(asked: Asked, within: Days) -> date:
    """Return the last day of a county's period that begins today."""
    return due(business_day(asked.at), Period(days=within.days, unit=within.unit)).due_on


def owed_by(need: Need) -> date | None:
    """Return the day by which somebody must own the need, where that is still to be watched."""
    return None if need.unowned or need.handling_unit is not None else need.owner_by
