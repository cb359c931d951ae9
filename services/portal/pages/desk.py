"""What the desks share: a service's lists, whole and fresh; the acts of a page's forms; what was typed, kept."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.portal.pages.filters import days_until
from services.portal.pages.services import Answer
from services.portal.pages.visit import Visit

Rows = list[dict[str, Any]]
_PAGE, _PAGES = 500, 6
_LONGEST_NUMBER = 4
_NOBODY = UUID(int=0)
_FAILED = 422


class Told(dict[str, str]):
    """What was typed into the forms of a page, by field; what was not is empty."""

    def __missing__(self, name: str) -> str:
        """Return what stands in a field nobody has touched."""
        return ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A service's list: its rows, whether there are more than were asked for, and what to say where there is no answer."""

    rows: Rows
    more: bool = False
    away: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """What one form of a page asks a service for; `needed`: by field, what must be filled in before anything is sent."""

    path: str
    body: Callable[[Visit], Mapping[str, Any]] = lambda _visit: {}
    said: str = "done"
    needed: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    """By the service's name of a field, the form's, where they differ."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: where to go, or with which status and which errors by field to show the page again."""

    response: Response | None = None
    status: int = 200
    errors: Told = field(default_factory=Told)

    def summary(self) -> list[dict[str, str]]:
        """Return the errors as a page lists them."""
        return [{"field": name, "text": text} for name, text in self.errors.items()]


def told(visit: Visit, **before: object) -> Told:
    """Return what was typed, over what the fields began with."""
    typed = {name: value for name, value in visit.form.items() if isinstance(value, str) and name not in {"csrf", "idempotency_key"}}
    return Told({**{name: "" if value is None else str(value) for name, value in before.items()}, **typed})


async def ask(visit: Visit, service: str, path: str, **params: object) -> Answer:
    """Ask a service for one thing, which knows of what the page before has just done."""
    return await visit.get(service, path, **{"min_position": visit.after(service), **params})


async def listed(visit: Visit, service: str, path: str, *, pages: int = _PAGES, **params: object) -> Listed:
    """Return a service's whole list, or its first pages; `away` is a sentence where there is none, and says what to do."""
    rows: Rows = []
    after: object = params.pop("after", "")
    for _ in range(pages):
        answer = await ask(visit, service, path, limit=_PAGE, after=after, **params)
        if not answer.ok:
            return Listed(rows, more=False, away=away(visit, answer))
        rows += answer.data["items"]
        after = answer.data.get("next")
        if after is None:
            return Listed(rows)
    return Listed(rows, more=True)


async def one_page(visit: Visit, service: str, path: str, **params: object) -> tuple[Listed, str]:
    """Return a page of a service's list, and where the next one begins (nothing: there is none)."""
    answer = await ask(visit, service, path, limit=50, after=visit.asked("start"), **params)
    if not answer.ok:
        return Listed([], away=away(visit, answer)), ""
    return Listed([dict(row) for row in answer.data["items"]]), str(answer.data.get("next") or "")


async def together(*lists: Any) -> Any:  # noqa: ANN401 - as many answers as questions
    """Ask several questions at once."""
    return await asyncio.gather(*lists)


def away(visit: Visit, answer: Answer) -> str:
    """Return why there is nothing to show in a list's place, and what to do."""
    return answer.title or visit._("这部分暂时取不到：办理服务没有回应。其他内容可以照常使用，请过一会儿刷新本页。")


async def missing(visit: Visit, answer: Answer) -> Response:
    """Show that what the page is about cannot be shown, and why."""
    return await visit.show("refused.html", answer.status, title=away(visit, answer))


async def carry_out(visit: Visit, service: str, acts: Mapping[str, Act], back: str, **params: object) -> Outcome:
    """Carry out what a form of this page asks for; refused, the page is shown again with all that was typed."""
    act = acts.get(visit.text("act")) if visit.posted else None
    if act is None:
        return Outcome()
    errors = Told({name: sentence for name, sentence in act.needed.items() if not visit.text(name)})
    if errors:
        return Outcome(status=_FAILED, errors=Told({name: visit._(sentence) for name, sentence in errors.items()}))
    answer = await visit.command(service, act.path.format_map(_Ids(visit)), act.body(visit))
    if answer.ok:
        return Outcome(visit.go(back.format(id=answer.data["id"]), answer, service, said=act.said, **params))
    visit.refused(answer)
    wrong = visit._("这一处不符合要求，请改正：{what}")
    named = {act.shown.get(name, name): wrong.format(what=text) for name, text in answer.fields.items() if name}
    return Outcome(status=answer.status, errors=Told(named if answer.code == "body_invalid" else {}))


class _Ids(dict[str, str]):
    """The ids an act's path is filled with: of the address, or chosen in the form; what is none names nothing there is."""

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self._visit = visit

    def __missing__(self, name: str) -> str:
        given = self._visit.request.path_params.get(name) or self._visit.text(name)
        try:
            return str(UUID(str(given)))
        except ValueError:
            return str(_NOBODY)


def number(visit: Visit, name: str) -> int | str:
    """Return a field as a number; what is none stays as typed, for the service to refuse."""
    typed = visit.text(name)
    return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) <= _LONGEST_NUMBER else typed


def period(visit: Visit, name: str) -> dict[str, Any]:
    """Return the days of a field and whether they are working days."""
    return {"days": number(visit, name), "unit": "calendar" if visit.text(f"{name}_unit") == "calendar" else "working"}


def ticked(visit: Visit, prefix: str) -> list[str]:
    """Return what was ticked among boxes named `<prefix>-<code>`: each has a name of its own, so that a kept form keeps them all."""
    return [name.removeprefix(f"{prefix}-") for name in visit.form if name.startswith(f"{prefix}-") and visit.text(name)]


def given(**fields: object) -> dict[str, Any]:
    """Return a body without the fields that were left empty."""
    return {name: value for name, value in fields.items() if value not in ("", None, [], {})}


def units_of(visit: Visit) -> Sequence[Mapping[str, Any]]:
    """Return the organisations a letter or a round goes to, in the official order."""
    return visit.names.of_kind("town", "department", "county-office")


def days_left(visit: Visit, day: str | date | None) -> int | None:
    """Return how many days of the calendar there are until a day; negative once it has passed."""
    return days_until(day, visit.today)


def known(rows: Iterable[Mapping[str, Any]], name: str) -> list[UUID]:
    """Return the ids in a column, where they are ids."""
    found = []
    for row in rows:
        try:
            found.append(UUID(str(row.get(name)).partition(":")[0]))
        except ValueError:
            continue
    return found
