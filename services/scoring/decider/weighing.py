"""Points: checked against a sheet, weighted, brought together where several score."""

from collections.abc import Mapping, Sequence
from statistics import median

from services.scoring.state.verification import Score
from shared.contracts.profile import ClosingRules, ScoreSheet
from shared.contracts.values import ScoreItem
from shared.kernel.errors import Rejected

_TWO, _THREE = 2, 3


def on_the_sheet(sheet: ScoreSheet, points: Mapping[ScoreItem, int]) -> None:
    """Refuse points for what the sheet does not have, and a sheet with an item missing that may not be left out."""
    items = {item.item for item in sheet.items}
    for item in points:
        if item not in items:
            raise Rejected("item_not_on_sheet", pointer=f"/points/{item}", item=item)
    for row in sheet.items:
        if not row.optional and row.item not in points:
            raise Rejected("item_not_scored", pointer="/points", item=row.item)


def weighted(sheet: ScoreSheet, points: Mapping[ScoreItem, int]) -> int:
    """Return the mean of the points given, weighted by the sheet, rounded half up; optional items left out do not count."""
    rows = [row for row in sheet.items if row.item in points]
    weight = sum(row.weight for row in rows)
    return half_up(sum(row.weight * points[row.item] for row in rows), weight)


def half_up(part: int, whole: int) -> int:
    """Return a quotient of whole numbers, rounded half up."""
    return (2 * part + whole) // (2 * whole)


def too_far_apart(closing: ClosingRules, scores: Sequence[Score]) -> bool:
    """Tell whether the first two scorers differ by more than the county lets pass, so that a third decides."""
    return len(scores) >= _TWO and abs(scores[0].total - scores[1].total) > closing.spread


def agreed(closing: ClosingRules, scores: Sequence[Score]) -> tuple[dict[ScoreItem, int], int] | None:
    """Return the points per item and the total that count; None while another scorer is needed.

    One scorer: theirs. Two: the means, rounded half up. Two too far apart: the medians of three (an item that only two scored
    takes their mean).
    """
    needed = closing.scorers if not too_far_apart(closing, scores) else _THREE
    if len(scores) < needed:
        return None
    given: dict[ScoreItem, list[int]] = {}
    for score in scores:
        for item, points in score.points:
            given.setdefault(item, []).append(points)
    return {item: _middle(points) for item, points in given.items()}, _middle([score.total for score in scores])


def _middle(values: Sequence[int]) -> int:
    """Return the median, which is the mean of two, rounded half up."""
    return half_up(int(2 * median(values)), _TWO)
