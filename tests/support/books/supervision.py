"""The books of supervision."""

from typing import Any

from campaigns.calls import Call
from tests.support.books.state import State


class Supervision(State):
    """Notices, rounds, hearings and what is listed."""

    def _notices_new(self, call: Call, at: str) -> None:
        units = {unit: {"status": "awaited"} for unit in call.body["addressees"]}
        self.notices[call.thing] = {**call.body, "units": units, "status": "issued", "overdue": False}
        for finding in call.body["finding_ids"]:
            self.end(finding.thing, "notice")
        self.hold(call.body["kind"], call.thing, at[:10])

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

    def _unit(self, call: Call) -> dict[str, Any]:
        units: dict[str, dict[str, Any]] = self.notices[call.thing]["units"]
        return units[call.body.get("unit") or call.actor.unit or ""]

    def _rounds_new(self, call: Call, at: str) -> None:
        assert call.body["first_on"] <= at[:10]
        units = {unit: {"days": list[str](), "told": False} for unit in call.body["units"]}
        self.rounds[call.thing] = {**call.body, "status": "open", "visits": 0, "units": units}

    def _rounds_inspections(self, call: Call, at: str) -> None:
        going, day = self.rounds[call.thing], call.body["inspected_on"]
        assert going["first_on"] <= day == at[:10] <= going["last_on"]
        going["units"][call.body["unit"]]["days"].append(day)
        going["visits"] += 1
        self.hold("inspection", call.thing, day)

    def _rounds_findings(self, call: Call, _at: str) -> None:
        assert self.rounds[call.within["round_id"]]["units"][call.body["unit"]]["days"]
        self.findings[call.thing] = {**call.body, "round": call.within["round_id"], "status": "open", "ending": None}

    def _rounds_conclusions(self, call: Call, _at: str) -> None:
        unit = self.rounds[call.thing]["units"][call.body["unit"]]
        assert unit["days"]
        unit["told"] = True

    def _rounds_close(self, call: Call, _at: str) -> None:
        going = self.rounds[call.thing]
        assert all(unit["told"] for unit in going["units"].values() if unit["days"])
        assert all(found["status"] == "ended" for found in self.findings.values() if found["round"] == call.thing)
        going["status"] = "closed"

    def _findings_leave(self, call: Call, _at: str) -> None:
        assert self.findings[call.thing]["status"] == "open"
        self.end(call.thing, "no-action")

    def _hearings_new(self, call: Call, at: str) -> None:
        assert call.body["held_on"] == at[:10]
        self.hearings[call.thing] = {**call.body, "reports": dict[str, Any]()}
        self.hold("dispatch-meeting", call.thing, at[:10])

    def _hearings_reports(self, call: Call, _at: str) -> None:
        self.hearings[call.thing]["reports"][call.body["unit"]] = call.body["report"]

    def _listings_new(self, call: Call, _at: str) -> None:
        assert self.projects[call.body["subject_id"].thing]["unit"] == call.body["owner"]
        self.listings[call.thing] = {**call.body, "status": "listed"}

    def _listings_delist(self, call: Call, _at: str) -> None:
        listing = self.listings[call.thing]
        assert (listing["status"], self.projects[listing["subject_id"].thing]["status"]) == ("listed", "signed-off")
        listing["status"] = "delisted"

    def _visits_new(self, call: Call, at: str) -> None:
        assert call.body["visited_on"] == at[:10]
        tied = self.contact_points[call.body["unit"]]
        assert (tied["account"], tied["tied_from"] <= at[:10]) == (call.actor.sub, True)
        self.visits[call.thing] = dict(call.body)
