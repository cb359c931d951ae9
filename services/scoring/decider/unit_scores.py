"""The rules of a unit's score on an occasion: the same sheet as projects'."""

from collections.abc import Sequence
from uuid import UUID

from services.scoring.commands import ScoreUnit
from services.scoring.decider.weighing import on_the_sheet, weighted
from services.scoring.state.survey import UnitScore, evolve_unit_score
from shared.contracts.scoring import SCORING, UnitScored
from shared.kernel.derived import derived
from shared.kernel.errors import Rejected
from shared.kernel.rules import Asked, Decider


def unit_score_id(command: ScoreUnit, county: str) -> UUID:
    """Return the id of the one score of a unit on an occasion."""
    return derived(county, "unit-score", command.occasion, command.unit)


def score_unit(command: ScoreUnit, known: UnitScore, asked: Asked) -> Sequence[UnitScored]:
    """The office or an inspector scores a unit not their own; the last score on the occasion counts."""
    asked.actor.require("office", "inspector")
    if asked.actor.unit == command.unit:
        raise Rejected("own_item")
    if command.sheet is None:
        raise Rejected("profile_not_adopted")
    sheet, points = command.sheet, command.points
    on_the_sheet(sheet, points)
    if known.points == tuple(sorted(points.items())):
        return []
    total = weighted(sheet, points)
    passed = total >= sheet.pass_mark and all(points[row.item] >= row.minimum for row in sheet.items if row.item in points)
    return [
        UnitScored(
            score_id=unit_score_id(command, asked.county),
            unit=command.unit,
            occasion=command.occasion,
            sheet=sheet,
            points=points,
            total=total,
            passed=passed,
            scored_by=asked.actor.sub,
            remark=command.remark,
        )
    ]


UNIT_SCORE = Decider(contract=SCORING, initial=UnitScore(), evolve=evolve_unit_score, decide=score_unit)
