"""A batch decides each item by itself and answers each by itself, in order, whatever stands beside it."""

from typing import Any

import pytest

from tests.support.client import TOWN, Person, Platform
from tests.support.described import Described
from tests.support.faults import faults_of, none_of, pointers, points, problem_faults

NEED = {"kind": "need", "channel": "hotline", "title": "路灯", "detail": "两个月不亮。", "town": TOWN, "petitioner": None}


@pytest.mark.usefixtures("nothing_written")
def test_a_batch_that_is_none_is_refused_as_a_whole(everyone: Person, commands: list[Described]) -> None:
    def tried(command: Described, body: Any, *wanted: str) -> list[str]:
        return points(everyone.post(command.service, command.batch, body), *wanted)

    def wrong(command: Described) -> list[tuple[Any, str]]:
        good = command.item(command.least)
        return [
            ({}, "/items"),
            ({"items": {}}, "/items"),
            ({"items": []}, "/items"),
            ({"items": [good] * 1_001}, "/items"),
            ({"items": [good], "more": 1}, "/more"),
            ({"items": [good, 7]}, "/items/1"),
            ({"items": [good, None]}, "/items/1"),
            ({"items": [good, {**good, "more": 1}]}, "/items/1/more"),
            ({"items": [good, {"path": good["path"]}]}, "/items/1/body"),
            ({"items": [good, {**good, "body": []}]}, "/items/1/body"),
            ({"items": [good, {**good, "path": []}]}, "/items/1/path"),
            ({"items": [good, {**good, "path": {"x": 7}}]}, "/items/1/path/x"),
            ({"items": [good, {**good, "path": {str(n): "x" for n in range(5)}}]}, "/items/1/path"),
            *[({"items": [good, {**good, "key": key}]}, "/items/1/key") for key in ("", "a b", "é", "x" * 256, 7, "a\n")],
        ]

    none_of(tried(command, body, place) for command in commands for body, place in wrong(command))


@pytest.mark.usefixtures("nothing_written")
def test_an_item_whose_path_gives_the_wrong_ids_is_refused_alone(everyone: Person, commands: list[Described]) -> None:
    def tried(command: Described) -> list[str]:
        good = command.item(command.least)
        wrong = [{**good, "path": {**good["path"], "more": "x"}}]
        if command.ids:
            wrong.append({**good, "path": {}})
        answer = everyone.post(command.service, command.batch, {"items": wrong})
        told = [one["problem"] for one in answer.json()["items"]]
        faults = [fault for problem in told for fault in problem_faults(problem, 422)]
        return faults + [str(problem) for index, problem in enumerate(told) if pointers(problem) != {f"/items/{index}/path"}]

    none_of(tried(command) for command in commands)


def test_every_item_is_answered_by_itself_in_its_place(everyone: Person, commands: list[Described]) -> None:
    """For every command: what is wrong with one item is not said of another, and does not keep another from being decided."""

    def tried(command: Described) -> list[str]:
        good, empty = command.item(command.least), command.item({**command.least, "admin": True})
        lost = {**good, "path": {**good["path"], "more": "x"}}
        answer = everyone.post(command.service, command.batch, {"items": [empty, good, lost, good, empty]})
        if answer.status_code != 200:
            return faults_of(answer) or [answer.text]
        items = answer.json()["items"]
        codes = [one.get("problem", {}).get("code") for one in items]
        faults = [fault for one in items if one["status"] != 201 for fault in problem_faults(one["problem"], one["status"])]
        if [codes[0], codes[2], codes[4]] != ["body_invalid", "batch_path_wrong", "body_invalid"] or codes[1] in ("body_invalid", codes[2]):
            faults.append(f"{command.name}: {codes}")
        return faults + [f"{at}" for at in (0, 4) if pointers(items[at]["problem"]) != {f"/items/{at}/body/admin"}]

    none_of(tried(command) for command in commands)


def test_a_good_item_among_bad_ones_is_carried_out(platform: Platform) -> None:
    clerk = platform.person("clerk")
    before = platform.still()["intake", clerk.county]
    bad: list[dict[str, Any]] = [{**NEED, "title": ""}, {**NEED, "town": "610330100"}, {**NEED, "more": 1}, {}, {**NEED, "kind": "𠮷"}]
    items = [{"body": body} for wrong in bad for body in (wrong, {**NEED, "title": f"好{wrong.get('title')}"})]

    answers = clerk.post("intake", "needs:batch", {"items": items}).json()["items"]

    assert [one["status"] for one in answers] == [422, 201] * len(bad)
    assert sorted(int(one["position"]) for one in answers[1::2]) == [before[0] + n for n in range(1, len(bad) + 1)]
    for one, item in zip(answers[1::2], items[1::2], strict=True):
        assert clerk.see("intake", f"needs/{one['id']}", min_position=one["position"])["title"] == item["body"]["title"]
    assert platform.still()["intake", clerk.county][:2] == (before[0] + len(bad), before[1] + len(bad))


def test_a_batch_is_refused_item_by_item_to_whom_it_is_not_for(platform: Platform) -> None:
    auditor = platform.person("auditor")
    before = platform.still()

    answers = auditor.post("intake", "needs:batch", {"items": [{"body": NEED}, {"body": NEED}]}).json()["items"]

    assert [one["problem"]["code"] for one in answers] == ["role_not_allowed"] * 2
    assert platform.still() == before
