"""The books of verification, and what follows from its verdicts elsewhere."""

from campaigns.calls import Call
from tests.support.books.state import State


class Verifications(State):
    """Verifications."""

    def _verifications_materials(self, _call: Call, _at: str) -> None:
        """No figure counts what was seen."""

    def _verifications_score(self, call: Call, at: str) -> None:
        self.verifications[call.thing]["status"] = "scored"
        if call.actor.role == "inspector":
            self.inspections.append({"unit": self.verifications[call.thing]["unit"], "at": at})

    def _verifications_sign_off(self, call: Call, at: str) -> None:
        assert self.verifications[call.thing]["status"] == "scored"
        self.verifications[call.thing].update(status="verified", tier=call.actor.role, decided_on=at[:10])
        self.step(call.thing, "signed-off", at, signed_off_at=at)
        for need in self.projects[call.thing]["need_ids"]:
            if self.needs[need]["status"] != "answered":
                self.needs[need].update(status="answered", outcome="done", closed_at=at)

    def _verifications_refuse(self, call: Call, at: str) -> None:
        self.verifications[call.thing].update(status="refused", refused=self.verifications[call.thing]["refused"] + 1)
        self._back_to_work(call, at, "refused")

    def _look_backs_new(self, call: Call, at: str) -> None:
        since, until = call.body["since"], call.body["until"]
        assert until < at[:10]
        among = [
            name
            for name, each in self.verifications.items()
            if each["status"] == "verified" and each["unit"] == call.body["unit"] and since <= each["decided_on"] <= until
        ]
        drawn = self.draw(call, among, self.rules["closing"]["look_back_percent"])
        self.look_backs[call.thing] = {"unit": call.body["unit"], "drawn": len(drawn), "confirmed": 0, "revoked": 0}

    def _verifications_confirm(self, call: Call, _at: str) -> None:
        self._looked_at(call, "confirmed")

    def _verifications_revoke(self, call: Call, at: str) -> None:
        self._looked_at(call, "revoked")
        self.verifications[call.thing]["status"] = "revoked"
        self._back_to_work(call, at, "revoked")

    def _looked_at(self, call: Call, found: str) -> None:
        assert self.verifications[call.thing]["status"] == "verified"
        draw = call.body["look_back_id"].thing
        self.awaited[draw].remove(call.thing)
        self.look_backs[draw][found] += 1

    def _back_to_work(self, call: Call, at: str, because: str) -> None:
        self.step(call.thing, "claimed", at, reopened=self.projects[call.thing]["reopened"] + 1, reopened_for=because)
