"""Keeps the books of a plan: what services' lists should hold once every call has been carried out."""

from datetime import datetime

from campaigns.calls import Call, Heard, Listed, Step, UpToDate
from tests.support.books.intake import Needs
from tests.support.books.projects import Projects
from tests.support.books.scoring import Verifications
from tests.support.books.state import Book, met
from tests.support.books.supervision import Supervision

__all__ = ["Books", "met"]


class Books(Needs, Projects, Supervision, Verifications):
    """Everything, entered call by call."""

    def enter(self, call: Call, at: datetime) -> None:
        """Enter what a call makes happen, here and, by policies, elsewhere."""
        names = [part for part in call.path.strip("/").split("/") if not part.startswith("{")]
        verb = "_".join(names if len(names) > 1 else [*names, "new"]).replace("-", "_")
        getattr(self, f"_{verb}")(call, at.isoformat())

    def chosen(self, step: Step) -> Step:
        """Return the step with the calls of what was drawn here."""
        return step if step.choice is None else step.chosen(self.listed(step.choice.listed))

    def listed(self, listed: Listed) -> list[str]:
        """Return the names that are meant of what was drawn."""
        assert len(self.lists[listed.thing]) == listed.whole
        return self.lists[listed.thing][listed.first - 1 : listed.last]

    def hear(self, heard: Heard | UpToDate) -> None:
        """Look up what the campaign waits for; that a day was let pass, the clock tells."""
        if isinstance(heard, UpToDate):
            return
        if heard.path == "/cadence":
            assert all(any(thing in held["reference_ids"] and heard.by(held) for held in self.cadence.values()) for thing in heard.things)
            return
        book: Book = getattr(self, heard.path.strip("/"))
        among = {name for listed in heard.among for name in self.listed(listed)}
        for thing in (name for name in heard.things if name in among or not heard.among):
            if heard.field == "overdue":
                book[thing]["overdue"] = True
            assert heard.by(book[thing]), heard.what.format(thing)
