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
        self.verifications[call.thing].update(status="verified", tier=call.actor.role)
        self.projects[call.thing].update(status="signed-off", signed_off_at=at)
        for need in self.projects[call.thing]["need_ids"]:
            self.needs[need].update(status="answered", outcome="done", closed_at=at)

    def _verifications_refuse(self, call: Call, _at: str) -> None:
        self.verifications[call.thing].update(status="refused", refused=self.verifications[call.thing]["refused"] + 1)
        project = self.projects[call.thing]
        project.update(status="claimed", reopened=project["reopened"] + 1)
