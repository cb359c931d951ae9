"""考核台: what waits for a verdict, score sheets, sign-off and refusal, units, look-backs, surveys, the year, signs of formality."""

from collections.abc import Sequence

from services.portal.pages.scoring.annual import annual, assessment
from services.portal.pages.scoring.answering import ANSWERING, questionnaire, questionnaires
from services.portal.pages.scoring.common import COUNTY, DESK, WITH_UNITS
from services.portal.pages.scoring.look_backs import look_back, look_backs
from services.portal.pages.scoring.queue import queue, signs
from services.portal.pages.scoring.surveys import new_survey, survey, surveys
from services.portal.pages.scoring.units import unit_score, units
from services.portal.pages.scoring.verdicts import verification
from services.portal.pages.visit import Page

_HERE = "/c/{county}/scoring"

PAGES: Sequence[Page] = (
    Page(_HERE, queue, DESK, ("GET",)),
    Page(f"{_HERE}/verifications/{{project_id:uuid}}", verification, DESK),
    Page(f"{_HERE}/units", units, WITH_UNITS),
    Page(f"{_HERE}/units/{{score_id:uuid}}", unit_score, WITH_UNITS, ("GET",)),
    Page(f"{_HERE}/look-backs", look_backs, COUNTY),
    Page(f"{_HERE}/look-backs/{{look_back_id:uuid}}", look_back, COUNTY),
    Page(f"{_HERE}/surveys", surveys, DESK, ("GET",)),
    Page(f"{_HERE}/surveys/new", new_survey, ("office", "inspector")),
    Page(f"{_HERE}/surveys/{{survey_id:uuid}}", survey, DESK),
    Page("/c/{county}/surveys", questionnaires, ANSWERING, ("GET",)),
    Page("/c/{county}/surveys/{survey_id:uuid}", questionnaire, ANSWERING),
    Page(f"{_HERE}/annual", annual, WITH_UNITS),
    Page(f"{_HERE}/annual/{{assessment_id:uuid}}", assessment, WITH_UNITS, ("GET",)),
    Page(f"{_HERE}/signs", signs, COUNTY, ("GET",)),
)
