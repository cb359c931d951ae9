"""`yinuo demo` as somebody runs it: a process of its own, what it says meanwhile, what it ends with."""

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from campaigns.calls import Plan
from campaigns.county import counties, load_county
from campaigns.plan import plan_of
from deploy.embedded.databases import owner_of
from tests.support.books import met
from tests.support.campaign_rows import anyhow
from tests.support.up import soon

FACTS: Mapping[str, str] = {
    "/organisations": "OrganisationRegistered",
    "/members": "MemberRegistered",
    "/members/exemption": "MemberExempted",
    "/projects": "ProjectProposed",
    "/projects/{project_id}/claim": "ProjectClaimed",
    "/projects/{project_id}/pledge": "PledgePublished",
    "/projects/{project_id}/progress": "ProgressReported",
    "/projects/{project_id}/completion": "CompletionDeclared",
    "/needs": "NeedSubmitted",
    "/needs/{need_id}/route": "NeedRouted",
    "/needs/{need_id}/decline": "NeedDeclined",
    "/wishes/{need_id}/publish": "WishPublished",
    "/wishes/{need_id}/claim": "WishClaimed",
    "/wishes/{need_id}/give-back": "WishGivenBack",
    "/wishes/{need_id}/fulfil": "WishFulfilled",
    "/projects/{project_id}/plan": "PlanRevised",
    "/spot-checks": "SpotCheckDrawn",
    "/announcements": "FigureAnnounced",
    "/leaders": "LeaderRegistered",
    "/leaders/contact-points": "ContactPointTied",
    "/demonstrations": "DemonstrationProposed",
    "/demonstrations/designation": "DemonstrationDesignated",
    "/notices": "NoticeIssued",
    "/notices/{notice_id}/acknowledge": "NoticeAcknowledged",
    "/notices/{notice_id}/respond": "NoticeResponded",
    "/notices/{notice_id}/accept": "ResponseAccepted",
    "/notices/{notice_id}/send-back": "ResponseSentBack",
    "/notices/{notice_id}/close": "NoticeClosed",
    "/rounds": "RoundOpened",
    "/rounds/{round_id}/inspections": "UnitInspected",
    "/rounds/{round_id}/findings": "FindingRecorded",
    "/rounds/{round_id}/conclusions": "ConclusionReturned",
    "/rounds/{round_id}/close": "RoundClosed",
    "/findings/{finding_id}/leave": "FindingEnded",
    "/hearings": "HearingHeld",
    "/hearings/{hearing_id}/reports": "ReportHeard",
    "/visits": "ContactPointVisited",
    "/listings": "SubjectListed",
    "/listings/{listing_id}/delist": "SubjectDelisted",
    "/verifications/{project_id}/materials": "MaterialsChecked",
    "/verifications/{project_id}/score": "ProjectScored",
    "/verifications/{project_id}/sign-off": "ProjectVerified",
    "/verifications/{project_id}/refuse": "VerificationRefused",
    "/verifications/{project_id}/confirm": "SignOffConfirmed",
    "/verifications/{project_id}/revoke": "VerificationRevoked",
    "/look-backs": "LookBackDrawn",
}
"""The fact that each call makes, of those that make one of a name of their own."""

JUDGING = "/spot-checks/{spot_check_id}/projects/{project_id}/review"
JUDGED = {True: "SpotCheckPassed", False: "SpotCheckFailed"}

FOLLOWING = {
    "CompletionDeclared": "VerificationOpened",
    "ProjectVerified": "ProjectSignedOff",
    "VerificationRefused": "ProjectReopened",
    "VerificationRevoked": "ProjectReopened",
}
"""The fact that a policy makes of each, once."""


class Demo:
    """A running `yinuo demo --json`."""

    def __init__(self, data: Path, base: int, *arguments: str | Path) -> None:
        self.data = data
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [
                sys.executable,
                "-m",
                "cli.main",
                "demo",
                "--json",
                "--no-portal",
                "--data",
                str(data),
                "--port-base",
                str(base),
                *map(str, arguments),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        self.said += self.process.stderr  # ends when the program does

    def begun(self) -> bool:
        """Whether a campaign is under way."""
        return any(": 0 of " in line for line in list(self.said))

    def pids(self) -> dict[str, int]:
        """Return the process ids of this moment, from the list the supervisor keeps."""
        entries = json.loads((self.data / "run" / "processes.json").read_text(encoding="utf-8"))
        return {entry["name"]: entry["pid"] for entry in entries}

    def figures(self) -> dict[str, Any]:
        """Wait for the figures of both counties, and return them."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "".join(self.said)
        found: dict[str, Any] = json.loads(line)
        return found

    def end(self, number: int | None = None, seconds: float = 30) -> int:
        """Wait for the end, having sent a signal perhaps, and return the exit code."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(seconds)
        self._listener.join(seconds)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()
        return code


def stop(demo: Demo) -> None:
    """End a demo that a failed test has left running."""
    if demo.process.poll() is None:
        demo.process.terminate()
        soon(lambda: demo.process.poll() is not None)


def plans() -> dict[str, Plan]:
    """Return every county's plan."""
    return {code: plan_of(load_county(code)) for code in counties()}


def facts_of(plan: Plan) -> Counter[str]:
    """Return how many facts of each kind a plan's calls make, and the policies of them.

    Of the profile's two organisations, campaigns register the town again, to no effect; the campaign office comes on top.
    """
    calls = [call for phase in plan.phases for step in phase.steps for call in anyhow(step).calls]
    facts = Counter(FACTS[call.path] for call in calls if call.path in FACTS)
    facts += Counter(JUDGED[met(call)] for call in calls if call.path == JUDGING)
    facts["FindingEnded"] += sum(len(call.body.get("finding_ids") or []) + bool(call.body.get("finding_id")) for call in calls)
    facts["OrganisationRegistered"] += 1
    for fact, following in FOLLOWING.items():
        facts[following] += facts[fact]
    return facts


def recorded(data: Path, county: str) -> Counter[str]:
    """Return how many events of each type the services' logs hold for a county, of the types `facts_of` counts."""
    found: Counter[str] = Counter()
    kinds = {*FACTS.values(), *JUDGED.values(), *FOLLOWING.values()}
    for service in ("intake", "projects", "supervision", "scoring"):
        with psycopg.connect(f"postgresql://{owner_of(service)}@/{service}?host={data}/socket") as connection:
            connection.execute("SELECT set_config('app.county', %s, true)", [county])
            rows = connection.execute("SELECT type, count(*) FROM log.events WHERE county = %s GROUP BY type", [county])
            found.update({kind: count for kind, count in rows if kind in kinds})
    return found
