"""Spot checks and demonstration projects as they are read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.projects import (
    DemonstrationDesignated,
    DemonstrationEnded,
    DemonstrationProposed,
    SpotCheckDrawn,
    SpotCheckFailed,
    SpotCheckPassed,
)
from shared.kernel.envelope import Meta
from shared.kernel.projection import Projection


@dataclass(slots=True)
class SpotCheckRow:
    """A spot check: what it was drawn from and how, and how much of it passed and failed."""

    spot_check_id: UUID
    position: int | None = None
    version: int = 0
    unit: str | None = None
    seed: str | None = None
    percent: int = 0
    profile_version: str | None = None
    candidates: int = 0
    digest: str | None = None
    project_ids: list[str] | None = None
    drawn: int = 0
    drawn_at: datetime | None = None
    passed: int = 0
    failed: int = 0


SPOT_CHECKS = Projection("spot_checks", row=SpotCheckRow, key="spot_check_id")


@SPOT_CHECKS.on(SpotCheckDrawn)
def _drawn(row: SpotCheckRow, event: SpotCheckDrawn, meta: Meta) -> None:
    row.position, row.version, row.drawn_at = meta.position, meta.version, meta.recorded_at
    row.unit, row.seed, row.percent, row.profile_version = event.unit, event.seed, event.percent, event.profile_version
    row.candidates, row.digest = event.candidates, event.digest
    row.project_ids, row.drawn = [str(project_id) for project_id in event.project_ids], len(event.project_ids)


@SPOT_CHECKS.on(SpotCheckPassed)
def _passed(row: SpotCheckRow, _event: SpotCheckPassed, _meta: Meta) -> None:
    row.passed += 1


@SPOT_CHECKS.on(SpotCheckFailed)
def _failed(row: SpotCheckRow, _event: SpotCheckFailed, _meta: Meta) -> None:
    row.failed += 1


@dataclass(slots=True)
class DemonstrationRow:
    """A project on a committee's or leader's quota of demonstration projects."""

    holder_id: UUID
    project_id: UUID
    position: int | None = None
    whose: str | None = None
    holder: str | None = None
    status: str = "proposed"
    reason: str | None = None
    least: int | None = None
    most: int | None = None
    designated_at: datetime | None = None
    ended_at: datetime | None = None


DEMONSTRATIONS = Projection("demonstrations", row=DemonstrationRow, key=("holder_id", "project_id"))


@DEMONSTRATIONS.on(DemonstrationProposed)
def _proposed(row: DemonstrationRow, event: DemonstrationProposed, meta: Meta) -> None:
    row.position, row.whose, row.holder, row.reason = meta.position, event.whose, event.holder, event.reason
    row.status, row.designated_at, row.ended_at = "proposed", None, None


@DEMONSTRATIONS.on(DemonstrationDesignated)
def _designated(row: DemonstrationRow, event: DemonstrationDesignated, meta: Meta) -> None:
    row.whose, row.holder, row.status, row.designated_at = event.whose, event.holder, "designated", meta.recorded_at
    row.least, row.most = event.least, event.most


@DEMONSTRATIONS.on(DemonstrationEnded)
def _ended(row: DemonstrationRow, event: DemonstrationEnded, meta: Meta) -> None:
    row.status, row.reason, row.ended_at = "ended", event.reason, meta.recorded_at
