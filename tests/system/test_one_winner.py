"""A project is claimed once, by one winner among any number at once."""

from collections import Counter

from tests.support.cast import Cast
from tests.support.client import SHAOYANG, Platform, at_once
from tests.support.faults import faults_of, none_of

RIVALS = 1_000


async def test_of_a_thousand_members_at_once_one_claims(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "race").registered()
    accounts = [f"rival-{number:04}" for number in range(RIVALS)]
    members = [{"body": {"account": account, "name": f"王{account}", "unit": cast.unit, "branch": cast.branch}} for account in accounts]
    cast.of("office").batch("projects", "members", members)
    project = cast.propose(level="team-member")
    cast.approve(project, by=cast.of("office", "reviewer"))
    before = platform.still()["projects", SHAOYANG]

    answers = await at_once([(cast.of("member", account), "projects", f"projects/{project}/claim", {}, {}) for account in accounts])

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: RIVALS - 1}
    lost = [answer for answer in answers if answer.status_code == 409]
    none_of(faults_of(answer, status=409) for answer in lost)
    assert {answer.json()["code"] for answer in lost} == {"project_already_claimed"}
    winner = accounts[next(index for index, answer in enumerate(answers) if answer.status_code == 201)]
    events = cast.of("office").history("projects", f"projects/{project}")
    assert [event["type"] for event in events] == ["ProjectProposed", "ProjectApproved", "ProjectClaimed"]
    assert (events[-1]["data"]["claimant"], events[-1]["actor"]) == (winner, winner)
    assert platform.still()["projects", SHAOYANG][:2] == (before[0] + 1, before[1] + 1)


def test_the_winner_may_ask_again_and_nobody_else(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "again").registered()
    project = cast.propose()
    cast.approve(project)
    member = cast.of("member")
    won = member.do("projects", f"projects/{project}/claim")
    assert member.do("projects", f"projects/{project}/claim")["version"] == won["version"]
    stranger = platform.person("member", sub="not-registered", unit=cast.unit)
    assert stranger.refused("projects", f"projects/{project}/claim") == "member_not_registered"
