"""A verification's story, piece by piece, under rules that differ from county to county."""

from collections.abc import Mapping
from uuid import UUID

from services.scoring.commands import CheckMaterials, RefuseVerification, ScoreProject, SignOffVerification
from shared.contracts.judging import SeenMaterial
from shared.contracts.profile import ClosingRules, ScoreSheet, SheetItem
from shared.contracts.scoring import VerificationOpened
from shared.contracts.values import ScoreItem, Tier
from shared.kernel.testing import by

PROJECT_ID = UUID("0199c1a8-2222-7000-8000-000000000001")
NEEDS = (UUID("0199c1a8-1111-7000-8000-000000000001"),)
MATERIALS = ("承诺书", "佐证资料")
STRICT = ClosingRules(materials=MATERIALS, scorers=2, spread=15, own_leader_may_sign=False)
SHEET = ScoreSheet(
    version="2021-1",
    items=(SheetItem(item="materials", weight=50), SheetItem(item="quality", weight=50, minimum=70)),
    pass_mark=75,
)
COMMITTEE, DEPUTY = by("unit", sub="committee-1", unit="T1"), by("unit", sub="deputy-1", unit="T1")
INSPECTOR, OFFICE = by("inspector", sub="team-2"), by("office", sub="xjb-1")
SIGN_OFF = SignOffVerification(project_id=PROJECT_ID)
REFUSE = RefuseVerification(project_id=PROJECT_ID, reason="群众不满意", redo="补装两盏灯")


def opened(
    closing: ClosingRules = STRICT, *, tier: Tier = "unit", claimant: str = "li", claimed_as: str | None = "member", number: int = 1
) -> VerificationOpened:
    return VerificationOpened(
        project_id=PROJECT_ID,
        round=number,
        title="修路灯",
        level="member",
        unit="T1",
        branch="B1",
        claimant=claimant,
        need_ids=NEEDS,
        tier=tier,
        sheet=SHEET,
        closing=closing,
        claimed_as=claimed_as,
        profile_version="2021-1",
    )


def check(*materials: str, remark: str = "齐全") -> CheckMaterials:
    return CheckMaterials(project_id=PROJECT_ID, seen=tuple(SeenMaterial(material=each, remark=remark) for each in materials))


def score(materials: int, quality: int | None = None) -> ScoreProject:
    points: Mapping[ScoreItem, int] = {"materials": materials, "quality": materials if quality is None else quality}
    return ScoreProject(project_id=PROJECT_ID, points=dict(points))


ALL_SEEN = check(*MATERIALS)
