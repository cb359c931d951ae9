"""The books of supervision."""

from typing import Any

from campaigns.calls import Call
from tests.support.books.state import State


class Supervision(State):
    """Notices."""

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

    def _unit(self, call: Call) -> dict[str, Any]:
        units: dict[str, dict[str, Any]] = self.notices[call.thing]["units"]
        return units[call.body.get("unit") or call.actor.unit or ""]
