"""From a moment as it is asked for to a position of every lane."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cli.exits import CommandError, Exit
from cli.replaying.asking import Asking, ProblemError
from shared.kernel.as_of.moments import Moment, OwnPosition, read_moment
from shared.kernel.as_of.moments import Positions as Given
from shared.kernel.errors import Rejected
from shared.web.catalogue import sentence


@dataclass(frozen=True)
class Positions:
    """How far each lane is read, and by which code."""

    by_lane: Mapping[str, int]
    code_version: str

    def __str__(self) -> str:
        """Return them as they may be asked for."""
        return ",".join(f"{lane}@{position}" for lane, position in self.by_lane.items())


async def positions_of(now: Asking, text: str | None, services: Sequence[str]) -> Positions:
    """Return the positions of all lanes as of a moment (of the present without one) for a report that reads these services.

    Each lane is its own service's to say. Where positions are given, those that the report's services read are looked up. CommandError
    (2) where the text names no moment, or a position without its lane; (4) where nothing was recorded yet, or is no such position.
    """
    moment = None if text is None else _read(text)
    if isinstance(moment, OwnPosition):
        if len(services) > 1:
            raise CommandError(
                f"Whose position? This report reads {', '.join(services)}: name each, as in intake@12,projects@40.", Exit.USAGE
            )
        said = await now.get(services[0], "/as-of", {"as_of": str(text)})
        others = await _each(now, [service for service in now.services if service not in services], said["recorded_at"])
        return Positions({**others.by_lane, services[0]: said["positions"][services[0]]}, said["code_version"])
    if isinstance(moment, Given):
        found: dict[str, int] = {}
        for service in services:
            said = await now.get(service, "/as-of", {"as_of": str(text)})
            found |= said["positions"]
        return Positions(found, said["code_version"])
    return await _each(now, now.services, text)


async def _each(now: Asking, services: Sequence[str], text: str | None) -> Positions:
    """Return each service's own position at a time; 0 where nothing was recorded in its lane yet, if in another's something was."""
    by_lane: dict[str, int] = {}
    versions: set[str] = set()
    missing: ProblemError | None = None
    for service in services:
        try:
            said = await now.get(service, "/as-of", {"own": "true"} if text is None else {"own": "true", "as_of": text})
        except ProblemError as problem:
            if problem.problem != "as_of_before_history":
                raise
            missing, by_lane[service] = problem, 0
            continue
        by_lane[service] = said["positions"][service]
        versions.add(said["code_version"])
    if missing is not None and not versions:
        raise missing
    if len(versions) > 1:
        raise CommandError(f"The services run different code: {', '.join(sorted(versions))}.", Exit.CONFLICT)
    return Positions(by_lane, versions.pop())


def _read(text: str) -> Moment:
    try:
        return read_moment(text)
    except Rejected as refusal:
        raise CommandError(f"{text}: {sentence(refusal.code, 'en', dict(refusal.values))}", Exit.USAGE) from refusal
