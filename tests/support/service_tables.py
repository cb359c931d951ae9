"""What a service's README has to say, read off its code: commands, policies, topics, read models, URLs."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from services.intake import main as intake
from services.projects import main as projects
from services.scoring import main as scoring
from services.supervision import main as supervision
from shared.kernel.rules import Command
from shared.web.app import Row
from shared.web.files import Download, Proof, Upload
from shared.web.routes import Get, History, OneParams, Params, Post, body_of

SERVICES = {service.PARTS.contract.service: service for service in (intake, projects, supervision, scoring)}


@dataclass(frozen=True, slots=True)
class Said:
    """One row of a README's table: what it is about, and the names its other columns must give, no more and no fewer."""

    about: str
    names: tuple[frozenset[str], ...]


def commands(service: str) -> Iterator[Said]:
    """Yield command | stream | events."""
    parts = SERVICES[service].PARTS
    for command, handler in parts.handlers.items():
        stream = handler.stream(_Anything(), "430523").partition("-")[0]
        made = {
            name for rule in _rules(parts.handlers[command].decider.decide, command) for name in _names(rule) & parts.contract.events.keys()
        }
        yield Said(command.__name__, (frozenset({stream}), frozenset(made)))


def policies(service: str) -> Iterator[Said]:
    """Yield policy | fact | commands."""
    parts = SERVICES[service].PARTS
    known = {command.__name__ for command in parts.handlers}
    for policy, _ in parts.policies:
        facts = frozenset(fact.__name__ for fact in policy.facts)
        yield Said(policy.name, (facts, frozenset(_names(policy.do) & known)))


def topics(service: str) -> Iterator[Said]:
    """Yield topic | what is done with it here."""
    parts = SERVICES[service].PARTS
    done: dict[str, set[str]] = {parts.contract.topic: {"published"}}
    for contract in parts.sources:
        done.setdefault(contract.topic, set()).add("projected")
    for _, contract in parts.policies:
        done.setdefault(contract.topic, set()).add("reacted to")
    for topic, verbs in done.items():
        yield Said(topic, (frozenset(verbs),))


def read_models(service: str) -> Iterator[Said]:
    """Yield read model | key | facts."""
    for projection in SERVICES[service].PARTS.projections:
        facts = frozenset(event.__name__ for event in projection.handles)
        yield Said(f"read.{projection.name}", (frozenset(projection.key), facts))


def urls(service: str) -> Iterator[Said]:
    """Yield request | fields of the body or parameters of the query | roles named in the rules or the table."""
    parts = SERVICES[service].PARTS
    for row in SERVICES[service].TABLE:
        method = "POST" if isinstance(row, Post | Upload) else "GET"
        yield Said(f"{method} {row.path}", (frozenset(_taken(row)), frozenset(_allowed(row, parts.handlers))))


def _taken(row: Row) -> Iterator[str]:
    match row:
        case Post():
            fields = body_of(row.command).model_fields
            yield from (name if info.is_required() else f"{name}?" for name, info in fields.items())
        case Upload():
            yield from (*(f"{name}?" for name in row.params.model_fields), *row.headers)
        case Get() | Download() | Proof():
            yield from (f"{name}?" for name in row.params.model_fields.keys() - Params.model_fields.keys() - OneParams.model_fields.keys())
        case History():
            return


def _allowed(row: Row, handlers: Any) -> set[str]:
    if not isinstance(row, Post):
        return set(row.roles)
    return {role for rule in _rules(handlers[row.command].decider.decide, row.command) for role in _roles(rule)}


def _rules(decide: Callable[..., Any], command: type[Command]) -> list[Callable[..., Any]]:
    """Return the functions that decide a command: its case's and, through them, those of the decider they call."""
    found = {decide.__name__: decide}
    for case in (node for node in ast.walk(_tree(decide)) if isinstance(node, ast.match_case)):
        if isinstance(case.pattern, ast.MatchClass) and ast.unparse(case.pattern.cls) == command.__name__:
            found = {}
            _follow(case, decide.__globals__, found)
            return list(found.values())
    _follow(_tree(decide), decide.__globals__, found)
    return list(found.values())


def _follow(tree: ast.AST, known: dict[str, Any], found: dict[str, Callable[..., Any]]) -> None:
    for name in (node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
        called = known.get(name)
        if inspect.isfunction(called) and ".decider" in called.__module__ and name not in found:
            found[name] = called
            _follow(_tree(called), called.__globals__, found)


def _roles(rule: Callable[..., Any]) -> Iterator[str]:
    """Yield the roles a rule asks for by name; those that a level or a tier names are data."""
    for node in ast.walk(_tree(rule)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("require", "has"):
            for argument in node.args:
                named = argument.value if isinstance(argument, ast.Starred) else argument
                if isinstance(named, ast.Constant):
                    yield str(named.value)
                elif isinstance(named, ast.Name) and named.id != "SYSTEM":
                    yield from rule.__globals__[named.id]


def _names(function: Callable[..., Any]) -> set[str]:
    return {node.id for node in ast.walk(_tree(function)) if isinstance(node, ast.Name)}


def _tree(function: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


class _Anything:
    member_id = None
    """A member is named by account."""

    def __getattr__(self, name: str) -> str:
        return name
