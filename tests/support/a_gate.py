"""Projects at the gate in, and what may be asked of them."""

from datetime import date
from uuid import UUID

from hypothesis import strategies as st

from services.projects.commands import (
    DesignateDemonstration,
    DrawSpotCheck,
    EndDemonstration,
    JudgeDrawnProject,
    MendProject,
    ProposeDemonstration,
    Shown,
)
from shared.contracts.profile import EntryRules, Quota
from shared.contracts.projects import (
    SpotCheckFailed,
)
from shared.kernel.derived import derived
from shared.kernel.testing import COUNTY, by
from tests.support.a_project import (
    NEEDS,
    PROFILE,
    PROJECT_ID,
    found,
    member_id,
)

CHEN = by("member", sub="chen", unit="T1")
CHECK_ID = UUID("0199c1a8-3333-7000-8000-000000000001")
MEND = MendProject(project_id=PROJECT_ID, title="修村口三盏路灯", need_ids=NEEDS[:1], planned_completion=date(2021, 12, 15))
CANDIDATES = tuple(UUID(int=number) for number in range(1, 41))
UUIDS = st.lists(st.uuids(), max_size=60, unique=True)


def draw(percent: int = 10, candidates: tuple[UUID, ...] = CANDIDATES, seed: str = "seed") -> DrawSpotCheck:
    rules = PROFILE.model_copy(update={"entry": EntryRules(spot_check_percent=percent)})
    return DrawSpotCheck(spot_check_id=CHECK_ID, unit="T1", seed=seed, candidates=candidates, profile=rules)


def judge(*met: bool, drawn_: bool = True) -> JudgeDrawnProject:
    return JudgeDrawnProject(project_id=PROJECT_ID, spot_check_id=CHECK_ID, verdicts=found(*met), drawn=drawn_)


def failed(claimant: str | None = "li") -> SpotCheckFailed:
    freed = () if claimant is None else (member_id(claimant),)
    return SpotCheckFailed(
        project_id=PROJECT_ID,
        spot_check_id=CHECK_ID,
        verdicts=found(True, False, True),
        claimant=claimant,
        freed=freed,
        checked_by="xjb-1",
    )


def rules(least: int = 1, most: int = 2) -> object:
    quotas = tuple(Quota(whose=whose, least=least, most=most) for whose in ("committee", "leader"))
    return PROFILE.model_copy(update={"entry": EntryRules(demonstration=quotas)})


HOLDER_ID = derived(COUNTY, "demonstrations", "committee", "T1")


def put_forward(project_id: UUID = PROJECT_ID, **project: str) -> ProposeDemonstration:
    shown = Shown(unit="T1", claimant="li", role="member").model_copy(update=project)
    return ProposeDemonstration(whose="committee", holder="T1", project_id=project_id, reason="可复制", project=shown)


def designate(project_id: UUID = PROJECT_ID, most: int = 2) -> DesignateDemonstration:
    return DesignateDemonstration(whose="committee", holder="T1", project_id=project_id, profile=rules(most=most))


END = EndDemonstration(whose="committee", holder="T1", project_id=PROJECT_ID, reason="管护不到位")
