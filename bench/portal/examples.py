"""What the campaigns leave undone and pages are there for: figures compiled, a unit's score, a survey, a year assessed."""

from collections.abc import Mapping
from typing import Any

import httpx

from campaigns.calls import Actor
from deploy.embedded.issuer import load_issuer
from deploy.embedded.stack import Stack

_POINTS = {"materials": 90, "satisfaction": 90, "awareness": 90, "quality": 90}
_QUESTION = {"code": "q1", "text": "您对这件事办得满意吗？", "kind": "rating", "topic": "satisfaction"}


def add(stack: Stack, http: httpx.Client, county: str, office: Actor, unit: str) -> None:
    """Have the office do once what the campaigns do not; httpx.HTTPStatusError where it may not."""
    survey = {"title": "冬季走访满意度调查", "unit": unit, "questions": [_QUESTION], "respondents": "persons", "sample": 30}
    commands: Mapping[str, Mapping[str, Any]] = {
        "supervision/figures": {"purpose": "month", "first_on": "2021-11-01", "last_on": "2021-11-30"},
        "scoring/unit-scores": {"unit": unit, "occasion": "2021-11", "points": _POINTS},
        "scoring/surveys": {**survey, "sampling": "drawn", "until": "2999-12-31"},
        "scoring/assessments": {"year": 2021, "subject": "unit"},
    }
    token = load_issuer().issue(office.role, county, sub=office.sub)
    for path, body in commands.items():
        service, _, list_ = path.partition("/")
        answer = http.post(f"{stack.info.services[service]}/v1/{county}/{list_}", json=body, headers={"Authorization": f"Bearer {token}"})
        answer.raise_for_status()
