"""Both counties' campaigns side by side, and what comes of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from campaigns import DEFAULT_SEED
from campaigns.api import Api
from campaigns.calls import Actor
from campaigns.cast import cast_of
from campaigns.check import Outcome, check
from campaigns.county import Size, counties, load_county
from campaigns.figures import FOLDER, Figures, load_figures
from campaigns.plan import plan_of
from campaigns.readings import read
from campaigns.run import AT_ONCE, Told, carry_out, together
from campaigns.sender import Token, connected
from campaigns.things import ASSESSOR, CLERK, INSPECTOR, REVIEWER, committee, secretary


def expected(folder: Path = FOLDER, size: Size = "small") -> dict[str, Figures]:
    """Return every county's figures at a size; FileNotFoundError and ValueError say which file is missing or does not fit."""
    return {code: load_figures(code, size, folder) for code in counties()}


async def run(
    bases: Mapping[str, str],
    token: Token,
    told: Told,
    figures: Mapping[str, Figures],
    *,
    size: Size = "small",
    seed: int = DEFAULT_SEED,
) -> list[Outcome]:
    """Carry out every county's campaign and return what its projections then say, county by county.

    `bases` holds each service's base URL. Raises RefusedError and UnreachableError as `campaigns.run.carry_out` does.
    """
    outcomes: dict[str, Outcome] = {}
    async with connected(bases, AT_ONCE) as clients:

        async def one(code: str) -> None:
            api = Api(clients, code, token)
            spent = await carry_out(plan_of(load_county(code, size), seed), api, told)
            outcomes[code] = replace(check(figures[code], await read(api, figures[code])), spent=spent)

        await together(*(one(code) for code in counties()))
    return [outcomes[code] for code in sorted(outcomes)]


def people(size: Size = "small", seed: int = DEFAULT_SEED) -> dict[str, list[Actor]]:
    """Return some of those who took part, by county: of every role one, branch, unit and member of the same place."""
    found: dict[str, list[Actor]] = {}
    for code in counties():
        cast = cast_of(load_county(code, size), seed)
        member = next(project.claimant for project in cast.projects if project.level.claimed_by == "member")
        unit, branch = member.unit or "", member.branch or ""
        found[code] = [CLERK, REVIEWER, ASSESSOR, INSPECTOR, cast.leaders[0], committee(unit), secretary(unit, branch), member]
    return found
