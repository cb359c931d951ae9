"""A campaign that acts on what a list says: which things were drawn it learns from the service that drew them."""

import re

import pytest

from campaigns.calls import Call, Choice, Heard, Listed, Phase, Step, UpToDate
from campaigns.run import carry_out
from campaigns.sender import RefusedError
from tests.support.answering import Answer, answering
from tests.support.campaign_server import AT, COUNTY, OFFICE, listed, plan, profiles, told

REVIEW = "/spot-checks/{spot_check_id}/projects/{project_id}/review"


def made(name: str) -> Answer:
    return Answer(201, {"id": name, "version": 1, "position": "7"})


def opened(*names: str) -> Phase:
    calls = [Call(f"open {name}", "/spot-checks" if name == "check" else "/projects", OFFICE, name) for name in names]
    return Phase("申报", (Step(tuple(calls), times=(AT,) * len(calls)),))


def judging(name: str) -> tuple[Call, ...]:
    return (Call(f"judge/{name}", REVIEW, OFFICE, name, {"thing": name}, {"spot_check_id": "check"}),)


def drawn(first: int, last: int, whole: int = 3) -> Listed:
    return Listed("/spot-checks/{spot_check_id}", "check", "project_ids", whole, first, last)


def of_three(listed: Listed, *, bulk: bool = False) -> Phase:
    return Phase("抽查", (Step(bulk=bulk, choice=Choice(listed, ("a", "b", "c"), judging), times=(AT,) * listed.size),))


START = (profiles("2021-01-01T00:00:00+08:00"), made("id-check"), made("id-a"), made("id-b"), made("id-c"))
DRAWN = Answer(200, {"project_ids": ["id-c", "id-a", "id-b"]})


async def test_what_is_done_with_drawn_things_follows_their_places_in_the_list() -> None:
    async with answering(*START, DRAWN, made("id-c"), made("id-a")) as server:
        await carry_out(plan(opened("check", "a", "b", "c"), of_three(drawn(1, 2))), server.api(COUNTY), told)
        looked, *judged = server.requests[5:]
        assert (looked.path, looked.query["min_position"]) == ("/v1/430523/spot-checks/id-check", "7")
        assert [request.path for request in judged] == [f"/v1/430523/spot-checks/id-check/projects/id-{name}/review" for name in "ca"]
        assert [body["thing"] for body in server.bodies()[4:]] == ["c", "a"]


async def test_drawn_things_are_handed_in_as_a_sheet_with_every_id_of_the_path() -> None:
    answer = {"status": 201, "id": "id-b", "version": 1, "position": "8"}
    async with answering(*START, DRAWN, Answer(200, {"items": [answer]})) as server:
        await carry_out(plan(opened("check", "a", "b", "c"), of_three(drawn(3, 3), bulk=True)), server.api(COUNTY), told)
        assert server.requests[-1].path == "/v1/430523/spot-checks/projects/review:batch"
        (item,) = server.bodies()[-1]["items"]
        assert (item["key"], item["path"]) == ("judge/b", {"spot_check_id": "id-check", "project_id": "id-b"})


async def test_a_list_is_read_to_its_end_where_no_field_is_named() -> None:
    pages = ({"items": [{"id": "id-b"}, {"id": "id-a"}], "next": "2"}, {"items": [{"id": "id-c"}], "next": None})
    async with answering(*START, *(Answer(200, page) for page in pages), made("id-c")) as server:
        items = Listed("/spot-checks/{spot_check_id}/items", "check", "", 3, 3, 3)
        await carry_out(plan(opened("check", "a", "b", "c"), of_three(items)), server.api(COUNTY), told)
        assert server.requests[-1].path.endswith("/projects/id-c/review")


async def test_more_or_fewer_drawn_than_there_should_be_is_not_acted_on() -> None:
    async with answering(*START, DRAWN) as server:
        said = "430523: projects names 3 things at /spot-checks/id-check, not 2"
        with pytest.raises(RefusedError, match=re.escape(said)):
            await carry_out(plan(opened("check", "a", "b", "c"), of_three(drawn(1, 1, whole=2))), server.api(COUNTY), told)


async def test_a_campaign_waits_for_those_of_its_things_that_were_drawn() -> None:
    heard = Heard("{} went back", "/projects", ("a", "b"), "reopened", 1, among=(drawn(1, 2),))
    async with answering(*START, DRAWN, listed(id="id-a", reopened=0), listed(id="id-a", reopened=1)) as server:
        phase = opened("check", "a", "b", "c")
        await carry_out(plan(Phase(phase.name, phase.steps, after=(heard,))), server.api(COUNTY), told)
        assert len(server.requests) == 8


async def test_a_list_that_something_is_drawn_from_holds_all_that_was_answered() -> None:
    async with answering(*START, listed(id="id-a")) as server:
        phase = opened("check", "a", "b", "c")
        await carry_out(plan(phase, Phase("抽查", (), before=(UpToDate("/projects"),))), server.api(COUNTY), told)
        assert (server.requests[-1].path, server.requests[-1].query["min_position"]) == ("/v1/430523/projects", "7")
