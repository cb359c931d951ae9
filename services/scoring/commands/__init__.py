"""What may be asked of scoring."""

from services.scoring.commands.annual import AnswerRecord, AssessYear, LetterRecord, ProjectRecord, RatingRecord, Records, SubjectRecord
from services.scoring.commands.survey import AnswerSurvey, Asking, CloseSurvey, GivenAnswer, IssueSurveyCodes, OpenSurvey, ScoreUnit
from services.scoring.commands.verification import (
    CheckMaterials,
    ConfirmSignOff,
    DrawLookBack,
    OpenVerification,
    RefuseVerification,
    RevokeSignOff,
    ScoreProject,
    SignOffVerification,
    WithdrawVerification,
)

__all__ = [
    "AnswerRecord",
    "AnswerSurvey",
    "Asking",
    "AssessYear",
    "CheckMaterials",
    "CloseSurvey",
    "ConfirmSignOff",
    "DrawLookBack",
    "GivenAnswer",
    "IssueSurveyCodes",
    "LetterRecord",
    "OpenSurvey",
    "OpenVerification",
    "ProjectRecord",
    "RatingRecord",
    "Records",
    "RefuseVerification",
    "RevokeSignOff",
    "ScoreProject",
    "ScoreUnit",
    "SignOffVerification",
    "SubjectRecord",
    "WithdrawVerification",
]
