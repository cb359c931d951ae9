"""What the rules remember of a year's assessment: its runs."""

from dataclasses import dataclass, replace
from typing import assert_never

from shared.contracts.scoring import SubjectAssessed, YearAssessed

AnnualEvent = YearAssessed | SubjectAssessed


@dataclass(frozen=True, slots=True)
class AssessedYear:
    """How often a year was assessed, and the digest of the last run's results."""

    runs: int = 0
    digest: str = ""


def evolve_year(known: AssessedYear, event: AnnualEvent) -> AssessedYear:
    """Return the year after a fact."""
    match event:
        case YearAssessed():
            return replace(known, runs=event.run, digest=event.digest)
        case SubjectAssessed():
            return known
        case _:
            assert_never(event)
