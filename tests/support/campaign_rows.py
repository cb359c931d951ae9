"""Keeps the books of a plan: what services' lists and figures should hold once every call has been carried out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.calls import Call, Heard, Plan, Ref
from campaigns.readings import Row, Rows, replies

OFFICE = {"kind": "county-office"}
"""The profile registers the campaign office, and a town that campaigns register again to no effect."""


@dataclass
class Books:
    """Everything by the name the plan gives it."""

    organisations: dict[str, dict[str, Any]] = field(default_factory=lambda: {"xjb": OFFICE})
    members: dict[str, dict[str, Any]] = field(default_factory=dict)
    needs: dict[str, dict[str, Any]] = field(default_factory=dict)
    wishes: dict[str, dict[str, Any]] = field(default_factory=dict)
    projects: dict[str, dict[str, Any]] = field(default_factory=dict)
    notices: dict[str, dict[str, Any]] = field(default_factory=dict)
    verifications: dict[str, dict[str, Any]] = field(default_factory=dict)
    inspections: list[Row] = field(default_factory=list)

    def enter(self, call: Call, at: datetime) -> None:
        """Enter what a call makes happen, here and, by policies, elsewhere."""
        book, _, verb = call.path.strip("/").partition("/")
        verb = verb.partition("/")[2] or verb
        getattr(self, f"_{book}_{verb or 'new'}".replace("-", "_"))(call, at.isoformat())

    def _organisations_new(self, call: Call, _at: str) -> None:
        self.organisations[call.body["code"]] = dict(call.body)

    def _members_new(self, call: Call, _at: str) -> None:
        self.members[call.body["account"]] = dict(call.body)

    def _members_exemption(self, call: Call, _at: str) -> None:
        self.members[call.body["account"]]["exemption"] = call.body["exemption"]

    def _needs_new(self, call: Call, _at: str) -> None:
        blank = {"status": "submitted", "handling_unit": None, "outcome": None, "project_id": None, "closed_at": None}
        self.needs[call.thing] = {**call.body, **blank, "id": call.thing}

    def _needs_route(self, call: Call, _at: str) -> None:
        self.needs[call.thing].update(call.body, status="routed")

    def _needs_decline(self, call: Call, at: str) -> None:
        self.needs[call.thing].update(status="declined", outcome=call.body["outcome"], closed_at=at)

    def _needs_answer(self, call: Call, at: str) -> None:
        self.needs[call.thing].update(status="answered", outcome=call.body["outcome"], closed_at=at)

    def _wishes_publish(self, call: Call, _at: str) -> None:
        assert self.needs[call.thing]["kind"] == "micro-wish"
        self.wishes[call.thing] = {"id": call.thing, "status": "free", "claimant": None, "given_back": 0}

    def _wishes_claim(self, call: Call, _at: str) -> None:
        assert self.wishes[call.thing]["status"] == "free"
        assert self.members[call.actor.sub]["exemption"] is None
        self.wishes[call.thing].update(status="claimed", claimant=call.actor.sub)

    def _wishes_give_back(self, call: Call, _at: str) -> None:
        wish = self._claimed_wish(call)
        wish.update(status="free", claimant=None, given_back=wish["given_back"] + 1)

    def _wishes_fulfil(self, call: Call, at: str) -> None:
        self._claimed_wish(call)["status"] = "fulfilled"
        self.needs[call.thing].update(status="answered", outcome="done", closed_at=at)

    def _claimed_wish(self, call: Call) -> dict[str, Any]:
        wish = self.wishes[call.thing]
        assert (wish["status"], wish["claimant"]) == ("claimed", call.actor.sub)
        return wish

    def _projects_new(self, call: Call, _at: str) -> None:
        blank = {"claimant": None, "venue": None, "completed_at": None, "signed_off_at": None, "reopened": 0, "round": 0}
        needs = [need.thing for need in call.body["need_ids"] if isinstance(need, Ref)]
        self.projects[call.thing] = {**call.body, **blank, "need_ids": needs, "status": "proposed", "id": call.thing}
        for need in needs:
            self.needs[need]["project_id"] = call.thing

    def _projects_review(self, call: Call, _at: str) -> None:
        passed = all(verdict["met"] for verdict in call.body["verdicts"])
        self.projects[call.thing]["status"] = "approved" if passed else "returned"

    def _projects_claim(self, call: Call, _at: str) -> None:
        claimant = {"unit": call.actor.unit, "branch": call.actor.branch}.get(call.actor.role, call.actor.sub)
        self.projects[call.thing].update(status="claimed", claimant=claimant)

    def _projects_pledge(self, call: Call, _at: str) -> None:
        self.projects[call.thing]["venue"] = call.body["venue"]

    def _projects_progress(self, call: Call, _at: str) -> None:
        assert self.projects[call.thing]["status"] == "claimed"

    def _projects_completion(self, call: Call, at: str) -> None:
        project = self.projects[call.thing]
        project.update(status="completed", completed_at=at, round=project["round"] + 1)
        before = self.verifications.get(call.thing, {"refused": 0})
        self.verifications[call.thing] = {
            "id": call.thing,
            "status": "open",
            "round": project["round"],
            "unit": project["unit"],
            "refused": before["refused"],
        }

    def _verifications_materials(self, _call: Call, _at: str) -> None:
        """No figure counts what was seen."""

    def _verifications_score(self, call: Call, at: str) -> None:
        self.verifications[call.thing]["status"] = "scored"
        if call.actor.role == "inspector":
            self.inspections.append({"unit": self.verifications[call.thing]["unit"], "at": at})

    def _verifications_sign_off(self, call: Call, at: str) -> None:
        assert self.verifications[call.thing]["status"] == "scored"
        self.verifications[call.thing].update(status="verified", tier=call.actor.role)
        self.projects[call.thing].update(status="signed-off", signed_off_at=at)
        for need in self.projects[call.thing]["need_ids"]:
            self.needs[need].update(status="answered", outcome="done", closed_at=at)

    def _verifications_refuse(self, call: Call, _at: str) -> None:
        self.verifications[call.thing].update(status="refused", refused=self.verifications[call.thing]["refused"] + 1)
        project = self.projects[call.thing]
        project.update(status="claimed", reopened=project["reopened"] + 1)

    def _notices_new(self, call: Call, _at: str) -> None:
        units = {unit: {"status": "awaited"} for unit in call.body["addressees"]}
        self.notices[call.thing] = {**call.body, "units": units, "status": "issued", "overdue": False}

    def _notices_acknowledge(self, call: Call, _at: str) -> None:
        self._unit(call)["status"] = "acknowledged"

    def _notices_respond(self, call: Call, _at: str) -> None:
        assert self._unit(call)["status"] in {"acknowledged", "sent-back"}
        self._unit(call)["status"] = "responded"

    def _notices_accept(self, call: Call, _at: str) -> None:
        assert self._unit(call)["status"] == "responded"
        self._unit(call)["status"] = "accepted"

    def _notices_send_back(self, call: Call, _at: str) -> None:
        self._unit(call).update(status="sent-back", reason=call.body["reason"])

    def _notices_close(self, call: Call, _at: str) -> None:
        assert all(at["status"] == "accepted" for at in self.notices[call.thing]["units"].values())
        self.notices[call.thing]["status"] = "closed"

    def hear(self, heard: Heard) -> None:
        """Look up what the campaign waits for; that a day was let pass, the clock tells."""
        book: dict[str, dict[str, Any]] = getattr(self, heard.path.strip("/"))
        for thing in heard.things:
            if heard.field == "overdue":
                book[thing]["overdue"] = True
            assert heard.by(book[thing]), heard.what.format(thing)

    def _unit(self, call: Call) -> dict[str, Any]:
        units: dict[str, dict[str, Any]] = self.notices[call.thing]["units"]
        return units[call.body.get("unit") or call.actor.unit or ""]


def books_of(plan: Plan) -> Books:
    """Return the books after every call of a plan, and what it waits for."""
    books = Books()
    for phase in plan.phases:
        for heard in phase.before:
            books.hear(heard)
        for step in phase.steps:
            for call, at in zip(step.calls, step.times, strict=True):
                books.enter(call, at)
        for heard in phase.after:
            books.hear(heard)
    return books


def rows_of(plan: Plan) -> Rows:
    """Return what the services' lists and figures should say after a plan."""
    books = books_of(plan)
    projects, needs, notices = list(books.projects.values()), list(books.needs.values()), list(books.notices.values())
    verifications = list(books.verifications.values())
    for project in projects:
        project["claimed"] = project["claimant"] is not None
        project["pledged"] = project["venue"] is not None
    for need in needs:
        need["in_projects"], need["routed"] = need["project_id"] is not None, need["handling_unit"] is not None
    return {
        "organisations": _counted(list(books.organisations.values()), ("kind",)),
        "members": _counted(list(books.members.values()), ("exemption",)),
        "project-figures": _counted(projects, ("level", "status"), ("claimed", "pledged")),
        "need-figures": _counted(needs, ("kind", "channel", "status", "outcome"), ("in_projects", "routed")),
        "notice-figures": _counted(notices, ("kind", "status", "overdue")),
        "verification-figures": _counted([{"tier": None, **each} for each in verifications], ("tier", "status"), ("refused",)),
        "projects": projects,
        "needs": needs,
        "wishes": list(books.wishes.values()),
        "notices": notices,
        "verifications": verifications,
        "replies": replies(notices),
        "inspections": books.inspections,
    }


def _counted(rows: Sequence[Mapping[str, Any]], by: tuple[str, ...], sums: tuple[str, ...] = ()) -> list[Row]:
    counts: dict[tuple[Any, ...], Counter[str]] = {}
    for row in rows:
        counter = counts.setdefault(tuple(row[name] for name in by), Counter(dict.fromkeys(sums, 0)))
        counter.update({"count": 1, **{name: int(row[name]) for name in sums}})
    return [{**dict(zip(by, key, strict=True)), **counter} for key, counter in counts.items()]
