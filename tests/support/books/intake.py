"""The books of the needs list."""

from typing import Any

from campaigns.calls import Call
from tests.support.books.state import State


class Needs(State):
    """Needs and wishes."""

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
