"""What requests to GeoReport v2 mean: which needs are asked for, and what a form becomes."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from starlette.applications import Starlette

from services.portal.interfaces.open311.answers import Refused
from services.portal.interfaces.open311.api import Open311
from services.portal.interfaces.open311.asking import SPAN, asked, form
from services.portal.interfaces.open311.facts import request
from services.portal.pages.site import Site
from services.portal.projections.needs import NeedCard
from services.portal.queries.register import Names
from shared.contracts.intake import NeedSubmitted

NOW = datetime(2027, 3, 1, 4, tzinfo=UTC)
TOWNS = {"430523100": {}}
GOOD = {"service_code": "need", "description": "路坏了\n三处", "address_id": "430523100"}
NAMES = Names("邵阳县", {"430523100": {"name": "塘渡口镇"}}, {})


def same(text: str) -> str:
    return text


def refused(given: dict[str, str]) -> int:
    with pytest.raises(Refused) as told:
        asked(same, given, NOW)
    return told.value.code


def test_without_days_the_last_ninety_are_asked_for_and_one_day_opens_ninety() -> None:
    assert (asked(same, {}, NOW).since, asked(same, {}, NOW).until) == (NOW - SPAN, None)
    one = asked(same, {"start_date": "2026-01-01T00:00:00Z"}, NOW)
    assert (one.since, one.until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC) + SPAN)
    other = asked(same, {"end_date": "2026-12-31"}, NOW)
    assert other.until is not None
    assert (other.since, other.until.isoformat()) == (other.until - SPAN, "2026-12-30T16:00:00+00:00")


def test_ids_set_aside_all_other_conditions_and_those_that_are_none_find_nothing() -> None:
    given = {"service_request_id": "nothing,0199c1a8-1111-7000-8000-000000000001", "status": "closed", "start_date": "2020-01-01"}
    found = asked(same, given, NOW)
    assert ([str(need_id) for need_id in found.need_ids or ()], found.closed, found.since) == (
        [given["service_request_id"][8:]],
        None,
        None,
    )


@pytest.mark.parametrize(("status", "closed"), [("open", False), ("closed", True), ("open,closed", None), ("", None)])
def test_both_states_are_no_condition(status: str, closed: bool | None) -> None:  # noqa: FBT001 - a case
    assert asked(same, {"status": status}, NOW).closed is closed


@pytest.mark.parametrize(
    "given",
    [
        {"status": "done"},
        {"page": "0"},
        {"page": "١"},
        {"page_size": "501"},
        {"page_size": "-1"},
        {"start_date": "0001-01-01T00:00:00Z"},
        {"start_date": "2027-01-02", "end_date": "2027-01-01"},
        {"start_date": "2026-01-01", "end_date": "2026-12-31"},
        {"service_request_id": "a," * 501},
    ],
)
def test_what_cannot_be_asked_is_refused(given: dict[str, str]) -> None:
    assert refused(given) == 400


@for_all(st.dictionaries(st.sampled_from(["service_request_id", "service_code", "status", "start_date", "end_date", "page"]), st.text()))
def test_whatever_is_asked_is_answered_or_refused(given: dict[str, str]) -> None:
    with suppress(Refused):
        found = asked(same, given, NOW)
        assert found.need_ids is not None or found.since is not None
        assert found.since is None or found.until is None or timedelta(0) <= found.until - found.since <= SPAN
        assert not [code for code in found.kinds or () if "\x00" in code]


def test_what_the_database_could_not_read_is_not_asked_of_it() -> None:
    assert asked(same, {"service_code": "ne\x00ed,\x00"}, NOW).kinds == ["need"]


def test_a_form_becomes_a_need_whose_title_is_its_first_line() -> None:
    body = form(same, {**GOOD, "lat": "27.1", "long": "111.2", "address_string": "村口"}, TOWNS)
    assert (body["title"], body["detail"]) == ("路坏了", "路坏了\n三处\n地点：村口 27.1, 111.2")
    assert (body["channel"], body["petitioner"]) == ("website", None)
    named = form(same, {**GOOD, "last_name": "欧阳", "first_name": "𠮷", "phone": "13800138000", "attribute[title]": "路\x07灯"}, TOWNS)
    assert named["petitioner"] == {"name": "欧阳𠮷", "phone": "13800138000", "share_with_unit": False}
    assert named["title"] == "路 灯"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "road"}, 404),
        ({"description": " "}, 400),
        ({"address_id": "1"}, 400),
        ({"phone": "138"}, 400),
    ],
)
def test_a_form_that_lacks_something_is_refused(wrong: dict[str, str], code: int) -> None:
    with pytest.raises(Refused) as told:
        form(same, {**GOOD, **wrong}, TOWNS)
    assert told.value.code == code


def test_a_request_shows_nothing_of_what_was_said_whatever_its_row_holds() -> None:
    row: dict[str, Any] = {name: f"secret {name}" for name in {*NeedCard.__slots__, *NeedSubmitted.model_fields}}
    times = ("submitted_at", "changed_at", "accepted_at", "routed_at", "closed_at")
    row |= dict.fromkeys(times, NOW) | {"complete_by": NOW.date(), "stands": "routed", "handling_unit": "430523100", "town": "430523100"}
    told = str(request(same, row, NAMES))
    seen = {name for name in row if f"secret {name}" in told}
    assert seen == {"need_id", "kind", "channel", "status", "outcome", "project_id", "reopened", "last_rating"}


async def posted(open311: Open311, **fields: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=open311.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as http:
        return await http.post("/open311/v2/requests.json", data=fields)


@pytest.mark.parametrize("keys", [(), ("known",)])
@pytest.mark.parametrize(("given", "code"), [({}, 400), ({"api_key": "guess"}, 403), ({"api_key": ""}, 400)])
async def test_outside_development_nobody_creates_without_a_key_that_is_known(
    keys: tuple[str, ...], given: dict[str, str], code: int
) -> None:
    answer = await posted(Open311(cast("Site", None), keys=keys, keyless=False), **given)
    assert (answer.status_code, answer.json()[0]["code"]) == (code, code)


async def test_keys_count_in_development_too_where_there_are_any() -> None:
    assert (await posted(Open311(cast("Site", None), keys=("known",), keyless=True))).status_code == 400
