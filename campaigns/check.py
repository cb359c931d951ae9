"""Compares what the projections say with what was to be expected, and reconciles lists with totals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.figures import STEPS, Figure, Figures, Rate, Reconciliation
from campaigns.readings import Rows, count
from campaigns.run import Spent

_DONE = ("completed", "signed-off")


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure and what the projections say."""

    figure: Figure
    found: int

    @property
    def good(self) -> bool:
        """Whether it is as expected."""
        return self.found == self.figure.plan


@dataclass(frozen=True, slots=True)
class Share:
    """A rate, with its numerator and denominator."""

    rate: Rate
    part: int
    whole: int

    @property
    def percent(self) -> float:
        """The rate in per cent; 0 of nothing is 0."""
        return 100 * self.part / self.whole if self.whole else 0.0

    @property
    def good(self) -> bool:
        """Whether it is as high as it has to be."""
        return self.rate.at_least is None or self.percent >= self.rate.at_least


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Parts, their sum and the total they should make; `published` holds the same of the published figures, where all are known."""

    reconciliation: Reconciliation
    parts: tuple[int, ...]
    total: int
    published: tuple[tuple[int, ...], int] | None

    @property
    def difference(self) -> int:
        """How much the parts exceed the total."""
        return sum(self.parts) - self.total

    @property
    def good(self) -> bool:
        """Whether the difference is the one known to be there."""
        return self.difference == self.reconciliation.difference


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the funnel: how many were expected to get there, how many did, and out of how many."""

    name: str
    expected: int
    found: int
    out_of: int

    @property
    def good(self) -> bool:
        """Whether it is as expected."""
        return self.found == self.expected


@dataclass(frozen=True, slots=True)
class Outcome:
    """A county's figures beside what its projections say."""

    figures: Figures
    compared: Sequence[Compared]
    shares: Sequence[Share]
    reconciled: Sequence[Reconciled]
    funnel: Sequence[Step]
    spent: Sequence[Spent] = ()

    @property
    def off(self) -> list[str]:
        """Names of what is not as expected; empty when everything is."""
        names = [compared.figure.label for compared in self.compared if not compared.good]
        names += [share.rate.label for share in self.shares if not share.good]
        names += [reconciled.reconciliation.label for reconciled in self.reconciled if not reconciled.good]
        return names + [step.name for step in self.funnel if not step.good]


def check(figures: Figures, rows: Rows) -> Outcome:
    """Return a county's outcome from what its services answered; KeyError where a rate names a figure there is not."""
    found = {figure.key: count(rows, figure.against) for figure in figures.figures}
    reached = funnel(figures.funnel.kind, rows)
    numbers = [reached[name] for name in STEPS]
    return Outcome(
        figures=figures,
        compared=[Compared(figure, found[figure.key]) for figure in figures.figures],
        shares=[Share(rate, found[rate.part], found[rate.whole]) for rate in figures.rates],
        reconciled=[_reconcile(reconciliation, figures, found) for reconciliation in figures.reconciliations],
        funnel=[
            Step(name, figures.funnel.step(name), number, before)
            for name, number, before in zip(STEPS, numbers, [numbers[0], *numbers], strict=False)
        ],
    )


def funnel(kind: str, rows: Rows) -> Mapping[str, int]:
    """Return how many needs of a kind got to each step, one need counted once, whatever the number of its projects."""
    needs = {row["id"] for row in rows["needs"] if row["kind"] == kind}
    verified = {row["id"] for row in rows["verifications"] if row["status"] == "verified"}
    taken_up = [row for row in rows["projects"] if row["status"] not in ("proposed", "returned")]
    reached = {
        "in-project": taken_up,
        "claimed": [row for row in taken_up if row["claimant"]],
        "completed": [row for row in taken_up if row["status"] in _DONE],
        "verified": [row for row in taken_up if row["id"] in verified],
    }
    answered = {row["id"] for row in rows["needs"] if row["outcome"] == "done" and row["project_id"]}
    return {
        "submitted": len(needs),
        **{name: len(needs & {need for row in projects for need in row["need_ids"]}) for name, projects in reached.items()},
        "answered": len(needs & answered),
    }


def _reconcile(reconciliation: Reconciliation, figures: Figures, found: Mapping[str, int]) -> Reconciled:
    published = {figure.key: figure.published for figure in figures.figures}
    parts = [published[key] for key in reconciliation.sum]
    total, whole = found[reconciliation.total], published[reconciliation.total] or 0
    known = tuple(part for part in parts if part is not None)
    return Reconciled(
        reconciliation,
        tuple(found[key] for key in reconciliation.sum),
        total,
        (known, whole) if whole and len(known) == len(parts) else None,
    )
