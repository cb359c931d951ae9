"""Makes everybody and everything of a campaign from the county's numbers and a seed."""

from campaigns.calls import Actor
from campaigns.cast.needs import claimed, needs, titles
from campaigns.cast.projects import draws, members, projects, venues
from campaigns.cast.supervision import notices, rounds
from campaigns.county import SIGNED_OFF, County
from campaigns.things import Cast


def cast_of(county: County, seed: int) -> Cast:
    """Return everything of a county's campaign; ValueError where its numbers do not fit each other."""
    cast = Cast(county, seed, [Actor("leader", f"leader-{n:02}") for n in range(1, county.leaders + 1)])
    cast.projects = list(projects(cast))
    venues(cast)
    cast.members = list(members(cast))
    for group in county.needs:
        cast.needs += needs(cast, group)
        claimed(cast, group)
    titles(cast)
    cast.notices = list(notices(cast))
    cast.rounds = list(rounds(cast))
    if (check := county.spot_check) is not None:
        reviewed = [project for project in cast.projects if project.level.review_by == "unit" and project.fate != "unclaimed"]
        where = ("spot-check", "/spot-checks/{spot_check_id}", "project_ids")
        cast.checks = list(draws(cast, where, reviewed, check.percent, check.failing))
    if (look := county.look_back) is not None:
        signed_off = [project for project in cast.projects if project.fate in SIGNED_OFF]
        cast.look_backs = list(draws(cast, ("look-back", "/look-backs/{look_back_id}/items", ""), signed_off, look.percent, look.revoked))
    return cast
