"""What the open interfaces write: documents that parse, feeds that validate, calendars that fold, rows that tell nobody apart."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree

from services.portal.interfaces.calendars.writing import calendar, folded, sequence
from services.portal.interfaces.feeds.telling import EVENTS, of_project
from services.portal.interfaces.feeds.writing import Entry, Feed
from services.portal.interfaces.markup import document
from services.portal.interfaces.open_data.datasets import DATASETS, OTHER, K, hidden
from services.portal.interfaces.open_data.writing import BOM, Writing
from services.portal.queries.deadlines import Deadline, Standing
from services.portal.queries.register import Names
from services.portal.stream.masking import PUBLIC

AT = datetime(2027, 3, 1, 4, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
ATOM_GRAMMAR = Path(__file__).parents[1] / "support" / "atom.rng"
NAMES = Names("邵阳县", {"430523100": {"name": "塘渡口镇"}, "yjj": {"name": "应急局"}}, {})


def same(text: str) -> str:
    return text


@for_all(st.dictionaries(st.sampled_from(["a", "b"]), st.one_of(st.none(), st.booleans(), st.integers(), ANY_TEXT)))
def test_any_value_becomes_a_document_that_parses(value: dict[str, Any]) -> None:
    root = ET.fromstring(document("service_requests", [value]))  # noqa: S314 - our own
    (request,) = root
    assert [each.tag for each in request] == list(value)
    assert root.tag == "service_requests"


def a_feed(entries: Sequence[Entry]) -> Feed:
    return Feed("题目", "说明", "https://x.cn/wall", "https://x.cn/feeds/town/1", "邵阳县", entries)


@for_all(st.lists(ANY_TEXT, max_size=3))
def test_any_entries_make_feeds_that_readers_and_the_grammar_of_atom_accept(texts: list[str]) -> None:
    feed = a_feed([Entry(f"urn:x:{number}", text, text, "https://x.cn/", AT) for number, text in enumerate(texts)])
    grammar = etree.RelaxNG(etree.parse(ATOM_GRAMMAR))
    assert grammar.validate(etree.fromstring(feed.written("atom"))), grammar.error_log
    for form, version in (("xml", "rss20"), ("atom", "atom10")):
        found = feedparser.parse(feed.written(form))  # type: ignore[arg-type]
        assert (found.bozo, found.version, len(found.entries)) == (False, version, len(texts))
        assert feed.written(form) == feed.written(form)  # type: ignore[arg-type]


def test_the_grammar_of_atom_refuses_what_is_none() -> None:
    grammar = etree.RelaxNG(etree.parse(ATOM_GRAMMAR))
    good = a_feed([Entry("urn:x:1", "a", "b", "https://x.cn/", AT)]).written("atom")
    for wrong in (
        good.replace(b"<id>urn:x:1</id>", b""),
        good.replace(b"04:00:00Z", b"noon"),
        good.replace(b"<summary>", b"<what>").replace(b"</summary>", b"</what>"),
    ):
        assert wrong != good
        assert not grammar.validate(etree.fromstring(wrong))


def test_feeds_tell_events_of_projects_that_everybody_sees_and_no_more_of_them() -> None:
    assert EVENTS.keys() <= PUBLIC.keys()
    data = {"project_id": "p", "percent": 40, "text": "内部说明", "claimant": "li"}
    event = {"id": "0199", "type": "ProgressReported", "time": "2027-03-01T04:00:00Z", "actor": "li", "data": data}
    hidden_one = {**event, "type": "ExtensionAsked"}
    (entry,) = of_project(same, [json.dumps(each).encode() for each in (event, hidden_one)], NAMES, "https://x.cn/")
    assert (entry.title, entry.text, entry.at) == ("进展", "已完成 40%", AT)
    given_back = {**event, "type": "ClaimGivenBack", "data": {"project_id": "p", "claimant": "li", "reason": "内部原因"}}
    (entry,) = of_project(same, [json.dumps(given_back).encode()], NAMES, "https://x.cn/")
    assert (entry.title, entry.text) == ("认领已退回，等待他人认领", "")


def deadline(title: str, standing: Standing = "open", *, changed: datetime = AT, what: str = "0199") -> Deadline:
    return Deadline(what, title, date(2027, 3, 4), standing, changed, reply=False)


@for_all(ANY_TEXT)
def test_any_line_is_folded_to_75_octets_and_unfolds_to_itself(text: str) -> None:
    line = folded(text)
    if "\r\n " not in text:
        assert line.replace("\r\n ", "") == text
    assert all(len(part.encode()) <= 75 for part in line.split("\r\n ") if part) or "\r\n" in text


@for_all(ANY_TEXT, st.sampled_from(["open", "suspended", "done", "gone"]))
def test_any_deadline_is_an_event_that_a_calendar_reads(title: str, standing: Standing) -> None:
    content = calendar(same, "单位", "x.cn", [deadline(title, standing)])
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert (event.start, event.end) == (date(2027, 3, 4), date(2027, 3, 5))
    assert str(event["UID"]) == "promise-0199@x.cn"
    assert str(event["STATUS"]) == {"open": "CONFIRMED", "suspended": "TENTATIVE", "done": "CONFIRMED", "gone": "CANCELLED"}[standing]
    assert len(event.walk("VALARM")) == (2 if standing == "open" else 0)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    if title.isprintable():
        assert str(event["SUMMARY"]).endswith(f"：{title}")


def test_what_means_something_in_a_calendar_is_only_text_in_a_title() -> None:
    title = "a\\n; b, c\nEND:VEVENT"
    (event,) = Calendar.from_ical(calendar(same, "单位", "x.cn", [deadline(title)])).walk("VEVENT")
    assert str(event["SUMMARY"]) == f"承诺完成：{title}"


def test_a_later_state_of_a_deadline_has_the_same_id_and_a_higher_sequence() -> None:
    later = deadline("路灯", "gone", changed=AT + timedelta(seconds=1))
    events = [Calendar.from_ical(calendar(same, "单位", "x.cn", [each])).walk("VEVENT")[0] for each in (deadline("路灯"), later)]
    assert len({str(event["UID"]) for event in events}) == 1
    assert events[0]["SEQUENCE"] < events[1]["SEQUENCE"] == sequence(AT) + 1


@for_all(st.dictionaries(st.sampled_from([f"4305231{number:02}" for number in range(12)]), st.integers(1, 12)))
def test_no_town_and_no_rest_of_towns_has_fewer_needs_than_five(towns: dict[str, int]) -> None:
    merged = hidden(towns)
    assert all(needs >= K for town, needs in towns.items() if town not in merged)
    together = sum(towns[town] for town in merged)
    assert together == 0 or together >= K or merged == towns.keys()
    if all(needs >= K for needs in towns.values()):
        assert not merged


def test_a_need_of_a_small_town_names_neither_the_town_nor_its_unit() -> None:
    row = dict.fromkeys(("day", "kind", "channel", "status", "outcome", "accepted_on", "routed_on", "closed_on", "reopened", "last_rating"))
    row |= {"town": "430523100", "handling_unit": "430523100"}
    shown = dict(zip(DATASETS["needs"].fields, DATASETS["needs"].row(row, NAMES, frozenset(["430523100"])), strict=True))
    assert (shown["town"], shown["town_code"], shown["unit"], shown["unit_code"]) == (OTHER, "", OTHER, "")
    shown = dict(zip(DATASETS["needs"].fields, DATASETS["needs"].row(row, NAMES, frozenset()), strict=True))
    assert (shown["town"], shown["unit_code"]) == ("塘渡口镇", "430523100")


@pytest.mark.parametrize("name", DATASETS)
def test_a_data_set_tells_nothing_of_who_or_what_was_said(name: str) -> None:
    assert not DATASETS[name].fields.keys() & {"detail", "name", "phone", "claimant", "answer", "need_id"}
    assert "title" not in DATASETS["needs"].fields


@for_all(st.lists(st.lists(st.one_of(st.none(), st.booleans(), ANY_TEXT), min_size=2, max_size=2), max_size=5), st.booleans())
def test_rows_are_read_back_as_they_were(rows: list[list[Any]], excel: bool) -> None:  # noqa: FBT001 - drawn
    fields = {"a": "一", "b": "二"}
    as_json = Writing("json", fields, {"month": "2027-03"})
    half = len(rows) // 2
    content = as_json.head() + as_json.rows(rows[:half]) + as_json.rows(rows[half:]) + as_json.foot()
    assert [list(item.values()) for item in json.loads(content)["items"]] == rows
    as_csv = Writing("csv", fields, {}, for_excel=excel)
    content = as_csv.head() + as_csv.rows(rows) + as_csv.foot()
    assert content.startswith(BOM) == excel
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert read[0] == ["a", "b"]
    assert len(read) == len(rows) + 1
    if excel:
        assert not [cell for row in read for cell in row if cell.startswith(("=", "+", "-", "@"))]
