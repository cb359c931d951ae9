"""The books of the register and of the projects list."""

from collections import Counter

from campaigns.calls import Call, Ref
from campaigns.readings import Row
from tests.support.books.state import State, met


class Projects(State):
    """The register, and projects from proposal to completion."""

    def _organisations_new(self, call: Call, _at: str) -> None:
        self.organisations[call.body["code"]] = dict(call.body)

    def _members_new(self, call: Call, _at: str) -> None:
        self.members[call.body["account"]] = dict(call.body)

    def _members_exemption(self, call: Call, _at: str) -> None:
        self.members[call.body["account"]]["exemption"] = call.body["exemption"]

    def _leaders_new(self, call: Call, _at: str) -> None:
        self.leaders[call.body["account"]] = dict(call.body)

    def _leaders_contact_points(self, call: Call, _at: str) -> None:
        assert call.body["account"] in self.leaders
        self.contact_points[call.body["organisation"]] = dict(call.body)

    def _demonstrations_new(self, call: Call, _at: str) -> None:
        project, committee = self.projects[call.body["project_id"].thing], call.body["whose"] == "committee"
        assert call.body["holder"] == project["unit" if committee else "claimant"] == (call.actor.unit if committee else call.actor.sub)
        self.demonstrations[call.thing] = {**call.body, "status": "proposed"}

    def _demonstrations_designation(self, call: Call, _at: str) -> None:
        held = [each for each in self.demonstrations.values() if each["holder"] == call.body["holder"] and each["status"] == "designated"]
        quota = next(each for each in self.rules["entry"]["demonstration"] if each["whose"] == call.body["whose"])
        assert len(held) < quota["most"]
        self.demonstrations[call.thing]["status"] = "designated"

    def quotas(self) -> list[Row]:
        """Return whether each committee and leader has as many demonstration projects as the county's rules say."""
        units = [code for code, each in self.organisations.items() if each["kind"] in {"town", "department"}]
        found: list[Row] = []
        for quota in self.rules["entry"].get("demonstration", []):
            for holder in units if quota["whose"] == "committee" else self.leaders:
                has = sum(each["holder"] == holder and each["status"] == "designated" for each in self.demonstrations.values())
                standing = "below" if has < quota["least"] else "above" if has > quota["most"] else "within"
                found.append({"whose": quota["whose"], "standing": standing})
        return found

    def _projects_new(self, call: Call, _at: str) -> None:
        blank = {
            "claimant": None,
            "claimed_at": None,
            "venue": None,
            "completed_at": None,
            "signed_off_at": None,
            "reopened": 0,
            "round": 0,
            "drawn": False,
            "entered": False,
            "plan_revisions": 0,
            "reopened_for": None,
            "steps": [],
        }
        needs = [need.thing for need in call.body["need_ids"] if isinstance(need, Ref)]
        self.projects[call.thing] = {**call.body, **blank, "need_ids": needs, "status": "proposed", "id": call.thing}
        for need in needs:
            self.needs[need]["project_id"] = call.thing

    def _projects_review(self, call: Call, _at: str) -> None:
        assert self.projects[call.thing]["status"] == "proposed"
        self.projects[call.thing]["status"] = "approved" if met(call) else "returned"
        self.projects[call.thing]["entered"] |= met(call)

    def _spot_checks_new(self, call: Call, _at: str) -> None:
        reviewed_by = {level["code"]: level["review_by"] for level in self.rules["levels"]}
        among = [
            name
            for name, each in self.projects.items()
            if reviewed_by[each["level"]] == "unit" and each["unit"] == call.body["unit"] and not each["drawn"]
            if each["status"] in {"approved", "claimed", "completed"}
        ]
        drawn = self.draw(call, among, self.rules["entry"]["spot_check_percent"])
        for name in drawn:
            self.projects[name]["drawn"] = True
        self.spot_checks[call.thing] = {"unit": call.body["unit"], "drawn": len(drawn), "passed": 0, "failed": 0}

    def _spot_checks_projects_review(self, call: Call, _at: str) -> None:
        check = call.within["spot_check_id"]
        self.awaited[check].remove(call.thing)
        self.spot_checks[check]["passed" if met(call) else "failed"] += 1
        if not met(call):
            self.projects[call.thing].update(status="proposed", claimant=None, claimed_at=None, venue=None)

    def _projects_claim(self, call: Call, at: str) -> None:
        assert self.projects[call.thing]["status"] == "approved"
        claimant = {"unit": call.actor.unit, "branch": call.actor.branch}.get(call.actor.role, call.actor.sub)
        self.projects[call.thing].update(status="claimed", claimant=claimant, claimed_at=at)

    def _projects_pledge(self, call: Call, _at: str) -> None:
        assert self.projects[call.thing]["status"] == "claimed"
        self.projects[call.thing]["venue"] = call.body["venue"]

    def _projects_progress(self, call: Call, _at: str) -> None:
        assert self.projects[call.thing]["status"] == "claimed"

    def _projects_plan(self, call: Call, _at: str) -> None:
        project = self.projects[call.thing]
        assert project["status"] == "claimed"
        project["plan_revisions"] += 1
        if call.body["finding_id"] is not None:
            self.end(call.body["finding_id"].thing, "plan-revised")

    def _announcements_new(self, call: Call, _at: str) -> None:
        entered = Counter(project["level"] for project in self.projects.values() if project["entered"])
        parts = {level: entered[level] for level in call.body["levels"]}
        self.announced.append(
            {"label": call.body["label"], "announced": call.body["figure"], "parts": parts, "register": sum(parts.values())}
        )

    def _projects_completion(self, call: Call, at: str) -> None:
        project = self.projects[call.thing]
        assert (project["status"], project["venue"] is None) == ("claimed", False)
        self.step(call.thing, "completed", at, completed_at=at, round=project["round"] + 1)
        before = self.verifications.get(call.thing, {"refused": 0})
        self.verifications[call.thing] = {
            "id": call.thing,
            "status": "open",
            "round": project["round"],
            "unit": project["unit"],
            "refused": before["refused"],
        }
