"""A campaign's client: it repeats itself harmlessly, and gives up with a sentence."""

import json

import httpx
import pytest

from campaigns.api import Api
from campaigns.calls import Call, Heard, Phase, Ref, Step
from campaigns.run import carry_out
from campaigns.sender import RefusedError, UnreachableError
from tests.support.campaign_server import AT, COUNTY, DONE, OFFICE, Server, listed, one, plan, problem, profiles, submit, told


async def test_a_command_goes_out_as_its_actor_with_its_key_and_time() -> None:
    server = Server(DONE)
    await server.api().carry_out(one(submit()))
    (request,) = server.requests
    assert (request.method, request.url.path) == ("POST", "/v1/430523/needs")
    assert request.headers["authorization"] == "Bearer 430523.office-01"
    assert request.headers["idempotency-key"] == "demo/collect/need/1"
    assert request.headers["simulated-time"] == "2021-05-06T09:00:00+08:00"
    assert json.loads(request.content) == {"title": "路灯"}


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadError("gone"),
        httpx.RemoteProtocolError("cut"),
        httpx.ReadTimeout("slow"),
        problem(503, "unavailable"),
        problem(500, "internal"),
        problem(422, "need_not_known"),
        problem(422, "unit_not_registered"),
        problem(409, "stream_too_busy"),
    ],
    ids=repr,
)
async def test_trouble_that_passes_is_met_with_the_very_same_request(trouble: httpx.Response | Exception) -> None:
    server = Server(trouble, trouble, DONE)
    await server.api().carry_out(one(submit()))
    assert len(server.requests) == 3
    assert len({(request.url, request.content, tuple(request.headers.items())) for request in server.requests}) == 1


async def test_a_refusal_is_not_repeated_but_said() -> None:
    server = Server(problem(422, "town_not_in_county"))
    with pytest.raises(RefusedError, match=r"430523: intake refused demo/collect/need/1 of office-01: 422 town_not_in_county"):
        await server.api().carry_out(one(submit()))
    assert len(server.requests) == 1


async def test_the_past_of_another_seed_is_recognised() -> None:
    server = Server(problem(409, "command_reused"))
    with pytest.raises(RefusedError, match=r"430523: what is recorded is another campaign .* give the --seed it was made with"):
        await server.api().carry_out(one(submit()))


async def test_patience_has_an_end() -> None:
    server = Server(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(UnreachableError, match=r"430523: intake could not do it for 0.2 s: ConnectError refused"):
        await server.api(patience=0.2).carry_out(one(submit()))
    assert len(server.requests) > 1


async def test_what_a_thing_was_answered_to_be_fills_paths_and_bodies() -> None:
    server = Server(DONE, DONE, DONE)
    api = server.api()
    await api.carry_out(one(submit()))
    propose = Call("demo/propose/project/1", "/projects", OFFICE, "project/1", {"need_ids": [Ref("need/1")]})
    await api.carry_out(one(propose))
    await api.carry_out(one(Call("demo/claim/project/1", "/projects/{project_id}/claim", OFFICE, "project/1")))
    assert server.bodies()[1] == {"need_ids": ["0199"]}
    assert server.requests[2].url.path == "/v1/430523/projects/0199/claim"


async def test_of_a_batch_only_what_is_left_goes_again() -> None:
    later = {"status": 503, "problem": {"code": "unavailable", "title": "…"}}
    first = {"status": 201, "id": "a", "version": 1, "position": "1"}
    second = {"status": 201, "id": "b", "version": 1, "position": "2"}
    server = Server(httpx.Response(200, json={"items": [first, later]}), httpx.Response(200, json={"items": [second]}))
    api = server.api()
    await api.carry_out(Step((submit("need/1"), submit("need/2")), bulk=True, times=(AT, AT)))
    assert [request.url.path for request in server.requests] == ["/v1/430523/needs:batch"] * 2
    assert [[item["key"] for item in body["items"]] for body in server.bodies()] == [
        ["demo/collect/need/1", "demo/collect/need/2"],
        ["demo/collect/need/2"],
    ]
    assert (api.id_of("need/1"), api.id_of("need/2")) == ("a", "b")


async def test_what_is_made_within_another_thing_is_found_in_its_list_by_its_position() -> None:
    def recorded(name: str) -> Call:
        return Call(f"find/{name}", "/rounds/{round_id}/findings", OFFICE, name, {}, {"round_id": "round/1"}, "/findings")

    answers = [{"status": 201, "id": "0199", "version": version, "position": str(version + 6)} for version in (2, 3)]
    rows = [{"id": name, "position": position} for name, position in (("finding-a", "8"), ("finding-b", "9"), ("another", "12"))]
    server = Server(DONE, httpx.Response(200, json={"items": answers}), httpx.Response(200, json={"items": rows, "next": None}))
    api = server.api()
    await api.carry_out(one(Call("open", "/rounds", OFFICE, "round/1")))
    await api.carry_out(Step((recorded("finding/1"), recorded("finding/2")), bulk=True, times=(AT, AT)))
    assert [item["path"] for item in server.bodies()[1]["items"]] == [{"round_id": "0199"}] * 2
    assert dict(server.requests[2].url.params) == {"limit": "500", "after": "7", "min_position": "9"}
    assert (api.id_of("finding/1"), api.id_of("finding/2")) == ("finding-a", "finding-b")


async def test_a_batch_names_the_item_that_was_refused() -> None:
    refused = {"status": 422, "problem": {"code": "town_not_in_county", "title": "…"}}
    server = Server(httpx.Response(200, json={"items": [refused]}))
    with pytest.raises(RefusedError, match=r"refused demo/collect/need/1 of office-01: 422 town_not_in_county"):
        await server.api().carry_out(Step((submit(),), bulk=True, times=(AT,)))


async def test_a_batch_too_large_for_one_request_goes_in_several() -> None:
    calls = tuple(Call(f"k{n}", "/needs", OFFICE, f"need/{n}", {"detail": "路" * 100_000}) for n in range(7))

    def answer(request: httpx.Request) -> httpx.Response:
        sizes.append(len(request.content))
        items = json.loads(request.content)["items"]
        return httpx.Response(200, json={"items": [{"id": item["key"], "version": 1, "position": "1"} for item in items]})

    sizes: list[int] = []
    client = httpx.AsyncClient(base_url="http://services", transport=httpx.MockTransport(answer))
    api = Api({"intake": client}, COUNTY, lambda _county, _actor: "t")
    await api.carry_out(Step(calls, bulk=True, times=(AT,) * 7))
    assert len(sizes) == 4
    assert max(sizes) < 1 << 20
    assert [api.id_of(f"need/{n}") for n in range(7)] == [f"k{n}" for n in range(7)]


OPENED = Heard("the verification of {} was opened", "/verifications", ("need/1",), "round", 2)


async def test_a_campaign_waits_until_a_service_has_heard() -> None:
    server = Server(profiles("2021-01-01T00:00:00+08:00"), DONE, listed(round=1), listed(round=1), listed(round=3))
    await carry_out(plan(Phase("征集", (one(submit()),), after=(OPENED,))), server.api(), told)
    assert [request.url.path for request in server.requests[2:]] == ["/v1/430523/verifications"] * 3


async def test_an_item_may_be_about_several_things() -> None:
    held = Heard("{} counts", "/cadence", ("need/1",), "status", "held", key="reference_ids")
    due = listed(status="due", reference_ids=[])
    server = Server(profiles("2021-01-01T00:00:00+08:00"), DONE, due, listed(status="held", reference_ids=["0198", "0199"]))
    await carry_out(plan(Phase("征集", (one(submit()),), after=(held,))), server.api(), told)
    assert len(server.requests) == 4


async def test_a_service_that_never_hears_is_named() -> None:
    server = Server(profiles("2021-01-01T00:00:00+08:00"), DONE, *[listed(round=1)] * 9)
    with pytest.raises(
        UnreachableError,
        match=r"430523: after 0.2 s scoring has not heard, 1 times of 1, that the verification of need/1 was opened\.",
    ):
        await carry_out(plan(Phase("征集", (one(submit()),), after=(OPENED,))), server.api(patience=0.2), told)


async def test_a_record_begun_by_another_clock_is_not_touched() -> None:
    server = Server(profiles("2026-01-01T00:00:00+08:00"))
    with pytest.raises(RefusedError, match=r"begins on 2026-01-01, after the campaign's first day, 2021-05-06: .* use another --data"):
        await carry_out(plan(Phase("征集", (one(submit()),))), server.api(), told)
    assert len(server.requests) == 1


async def test_lists_are_read_to_their_end() -> None:
    pages = [{"items": [{"id": "a"}], "next": "5"}, {"items": [{"id": "b"}], "next": None}]
    server = Server(*(httpx.Response(200, json=page) for page in pages))
    assert [item["id"] for item in await server.api().items("intake", "/needs")] == ["a", "b"]
    assert [request.url.params["after"] for request in server.requests] == ["0", "5"]


async def test_figures_are_asked_for_no_older_than_what_was_answered() -> None:
    server = Server(DONE, httpx.Response(200, json={"rows": []}))
    api = server.api()
    await api.carry_out(one(submit()))
    await api.known("intake", "/figures")
    assert server.requests[1].url.params["min_position"] == "7"
