"""A campaign's client: it repeats itself harmlessly, and gives up with a sentence."""

import socket

import orjson
import pytest

from campaigns.api import Api
from campaigns.calls import Call, Heard, Phase, Ref, Step
from campaigns.run import carry_out
from campaigns.sender import RefusedError, UnreachableError, connected
from tests.support.answering import DROPPED, Answer, Asked, answering
from tests.support.campaign_server import AT, COUNTY, DONE, OFFICE, listed, one, plan, problem, profiles, submit, told


async def test_a_command_goes_out_as_its_actor_with_its_key_and_time() -> None:
    async with answering(DONE) as server:
        await server.api(COUNTY).carry_out(one(submit()))
        (request,) = server.requests
        assert (request.method, request.path) == ("POST", "/v1/430523/needs")
        assert request.headers["Authorization"] == "Bearer 430523.office-01"
        assert request.headers["Idempotency-Key"] == "demo/collect/need/1"
        assert request.headers["Simulated-Time"] == "2021-05-06T09:00:00+08:00"
        assert orjson.loads(request.content) == {"title": "路灯"}


@pytest.mark.parametrize(
    "trouble",
    [
        DROPPED,
        Answer(201, {"id": "0199", "version": 1, "position": "7"}, cut=True),
        problem(503, "unavailable"),
        problem(500, "internal"),
        problem(422, "need_not_known"),
        problem(422, "unit_not_registered"),
        problem(409, "stream_too_busy"),
    ],
    ids=repr,
)
async def test_trouble_that_passes_is_met_with_the_very_same_request(trouble: Answer) -> None:
    async with answering(trouble, trouble, DONE) as server:
        await server.api(COUNTY).carry_out(one(submit()))
        assert len(server.requests) == 3
        assert len({(request.path, request.content, tuple(request.headers.items())) for request in server.requests}) == 1


async def test_a_refusal_is_not_repeated_but_said() -> None:
    async with answering(problem(422, "town_not_in_county")) as server:
        with pytest.raises(RefusedError, match=r"430523: intake refused demo/collect/need/1 of office-01: 422 town_not_in_county"):
            await server.api(COUNTY).carry_out(one(submit()))
        assert len(server.requests) == 1


async def test_the_past_of_another_seed_is_recognised() -> None:
    async with answering(problem(409, "command_reused")) as server:
        with pytest.raises(RefusedError, match=r"430523: what is recorded is another campaign .* give the --seed it was made with"):
            await server.api(COUNTY).carry_out(one(submit()))


async def test_patience_has_an_end() -> None:
    async with answering(DROPPED) as server:
        with pytest.raises(UnreachableError, match=r"430523: intake could not do it for 0.2 s: ServerDisconnectedError"):
            await server.api(COUNTY, patience=0.2).carry_out(one(submit()))
        assert len(server.requests) > 1


async def test_a_service_that_is_not_there_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with connected({"intake": f"http://127.0.0.1:{port}"}, 1) as clients:
        api = Api(clients, COUNTY, lambda _county, _actor: "t", patience=0.2)
        with pytest.raises(UnreachableError, match=r"430523: intake could not do it for 0.2 s: ClientConnectorError"):
            await api.carry_out(one(submit()))


async def test_what_a_thing_was_answered_to_be_fills_paths_and_bodies() -> None:
    async with answering(DONE, DONE, DONE) as server:
        api = server.api(COUNTY)
        await api.carry_out(one(submit()))
        propose = Call("demo/propose/project/1", "/projects", OFFICE, "project/1", {"need_ids": [Ref("need/1")]})
        await api.carry_out(one(propose))
        await api.carry_out(one(Call("demo/claim/project/1", "/projects/{project_id}/claim", OFFICE, "project/1")))
        assert server.bodies()[1] == {"need_ids": ["0199"]}
        assert server.requests[2].path == "/v1/430523/projects/0199/claim"


async def test_of_a_batch_only_what_is_left_goes_again() -> None:
    later = {"status": 503, "problem": {"code": "unavailable", "title": "…"}}
    first = {"status": 201, "id": "a", "version": 1, "position": "1"}
    second = {"status": 201, "id": "b", "version": 1, "position": "2"}
    async with answering(Answer(200, {"items": [first, later]}), Answer(200, {"items": [second]})) as server:
        api = server.api(COUNTY)
        await api.carry_out(Step((submit("need/1"), submit("need/2")), bulk=True, times=(AT, AT)))
        assert [request.path for request in server.requests] == ["/v1/430523/needs:batch"] * 2
        assert [[item["key"] for item in body["items"]] for body in server.bodies()] == [
            ["demo/collect/need/1", "demo/collect/need/2"],
            ["demo/collect/need/2"],
        ]
        assert (api.id_of("need/1"), api.id_of("need/2")) == ("a", "b")


async def test_a_batch_names_the_item_that_was_refused() -> None:
    refused = {"status": 422, "problem": {"code": "town_not_in_county", "title": "…"}}
    async with answering(Answer(200, {"items": [refused]})) as server:
        with pytest.raises(RefusedError, match=r"refused demo/collect/need/1 of office-01: 422 town_not_in_county"):
            await server.api(COUNTY).carry_out(Step((submit(),), bulk=True, times=(AT,)))


async def test_a_batch_too_large_for_one_request_goes_in_several() -> None:
    calls = tuple(Call(f"k{n}", "/needs", OFFICE, f"need/{n}", {"detail": "路" * 100_000}) for n in range(7))

    def answer(asked: Asked) -> Answer:
        items = orjson.loads(asked.content)["items"]
        return Answer(200, {"items": [{"id": item["key"], "version": 1, "position": "1"} for item in items]})

    async with answering(by=answer) as server:
        api = server.api(COUNTY)
        await api.carry_out(Step(calls, bulk=True, times=(AT,) * 7))
        sizes = [len(request.content) for request in server.requests]
    assert len(sizes) == 4
    assert max(sizes) < 1 << 20
    assert [api.id_of(f"need/{n}") for n in range(7)] == [f"k{n}" for n in range(7)]


OPENED = Heard("the verification of {} was opened", "/verifications", ("need/1",), "round", 2)


async def test_a_campaign_waits_until_a_service_has_heard() -> None:
    async with answering(profiles("2021-01-01T00:00:00+08:00"), DONE, listed(round=1), listed(round=1), listed(round=3)) as server:
        await carry_out(plan(Phase("征集", (one(submit()),), after=(OPENED,))), server.api(COUNTY), told)
        assert [request.path for request in server.requests[2:]] == ["/v1/430523/verifications"] * 3


async def test_a_service_that_never_hears_is_named() -> None:
    async with answering(profiles("2021-01-01T00:00:00+08:00"), DONE, *[listed(round=1)] * 9) as server:
        with pytest.raises(
            UnreachableError,
            match=r"430523: after 0.2 s scoring has not heard, 1 times of 1, that the verification of need/1 was opened\.",
        ):
            await carry_out(plan(Phase("征集", (one(submit()),), after=(OPENED,))), server.api(COUNTY, patience=0.2), told)


async def test_a_record_begun_by_another_clock_is_not_touched() -> None:
    async with answering(profiles("2026-01-01T00:00:00+08:00")) as server:
        with pytest.raises(RefusedError, match=r"begins on 2026-01-01, after the campaign's first day, 2021-05-06: .* use another --data"):
            await carry_out(plan(Phase("征集", (one(submit()),))), server.api(COUNTY), told)
        assert len(server.requests) == 1


async def test_lists_are_read_to_their_end() -> None:
    pages = [{"items": [{"id": "a"}], "next": "5"}, {"items": [{"id": "b"}], "next": None}]
    async with answering(*(Answer(200, page) for page in pages)) as server:
        assert [item["id"] for item in await server.api(COUNTY).items("intake", "/needs")] == ["a", "b"]
        assert [request.query["after"] for request in server.requests] == ["0", "5"]


async def test_figures_are_asked_for_no_older_than_what_was_answered() -> None:
    async with answering(DONE, Answer(200, {"rows": []})) as server:
        api = server.api(COUNTY)
        await api.carry_out(one(submit()))
        await api.known("intake", "/figures")
        assert server.requests[1].query["min_position"] == "7"
