"""Files that come in and go out of the running services: letters, sheets, evidence."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx
from docx import Document
from PIL import Image
from python_calamine import CalamineWorkbook

from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, Person, Platform
from tests.support.pictures import with_place
from tests.support.sheets import HEADER, LAMP, WELL, as_csv, plain


def send(
    person: Person, service: str, path: str, content: bytes, headers: Mapping[str, str] | None = None, **params: str
) -> httpx.Response:
    return person.platform.http.post(
        person.url(service, path), content=content, params=params, headers={**person.bearer, **(headers or {})}
    )


def test_a_notice_is_printed_for_who_may_read_it(platform: Platform) -> None:
    cast, other = Cast(platform, SHAOYANG, "letters").registered(), Cast(platform, SHAOYANG, "no-letters").registered()
    body = {
        "kind": "rectification-letter",
        "title": '限期整改{{ county }}"𠮷"',
        "text": "一、台账不实。\n二、限期整改。",
        "addressees": [cast.unit],
    }
    issued = cast.of("office").do("supervision", "notices", body)
    path = f"notices/{issued['id']}/letter"
    answer = cast.of("unit").get("supervision", path, min_position=issued["position"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert answer.headers["content-disposition"].endswith(quote(f"{body['title']}.docx", safe=""))
    assert answer.headers["x-content-type-options"] == "nosniff"
    said = [paragraph.text for paragraph in Document(BytesIO(answer.content)).paragraphs]
    assert {"中共邵阳县委学教办", body["title"], "一、台账不实。", "二、限期整改。"} <= {*said}
    assert "单位letters：" in said
    assert other.of("unit").get("supervision", path).status_code == 404
    assert cast.of("clerk").get("supervision", path).json()["code"] == "role_not_allowed"


def imported(person: Person, content: bytes, **params: str) -> dict[str, Any]:
    answer = send(person, "intake", "needs:import", content, **params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_sheet_is_tried_taken_in_once_and_read_in_the_list(platform: Platform) -> None:
    clerk = platform.person("clerk", county=FENG)
    lamp, well = [*LAMP[:5], f"{FENG}100", *LAMP[6:]], [*WELL[:5], f"{FENG}101", *WELL[6:]]
    sheet = as_csv([HEADER, lamp, ["A3", *WELL[1:]], well], "gb18030")
    before = platform.still()
    tried = imported(clerk, sheet, dry_run="true")
    assert (tried["taken"], tried["repeated"], tried["refused"]) == (2, 0, 1)
    assert platform.still() == before
    taken = imported(clerk, sheet)
    assert [item["status"] for item in taken["items"]] == [201, 422, 201]
    assert taken["items"][1]["problem"]["code"] == "town_not_in_county"
    again = imported(platform.person("office", county=FENG), plain([HEADER, well, lamp]))
    assert (again["taken"], again["repeated"], again["refused"]) == (0, 2, 0)
    assert {item["id"] for item in again["items"]} == {taken["items"][0]["id"], taken["items"][2]["id"]}
    assert imported(clerk, sheet, dry_run="true")["repeated"] == 2

    need = clerk.get("intake", f"needs/{taken['items'][0]['id']}", min_position=taken["items"][2]["position"]).json()
    assert (need["title"], need["channel"], need["named"]) == ("路灯坏了", "visit", True)
    history = platform.person("auditor", county=FENG).history("intake", f"needs/{need['id']}")
    assert "ciphertext" in history[0]["data"]["petitioner"]["name"]
    assert "𠮷" not in str(history)


def test_a_thousand_rows_are_taken_in_and_go_out_as_they_are_listed(platform: Platform) -> None:
    clerk = platform.person("clerk", county=SHAOYANG)
    rows = [["微心愿", "走访", f"=心愿{number}", "一双鞋", f"{SHAOYANG}100", f"王{number}", "13800138000"] for number in range(1_000)]
    answer = imported(clerk, as_csv([HEADER[1:], *rows]))
    assert (answer["taken"], answer["refused"]) == (1_000, 0)
    last = max(int(item["position"]) for item in answer["items"])
    text = clerk.get("intake", "needs:export", format="csv", kind="micro-wish", min_position=last)
    assert (text.status_code, text.headers["content-type"].partition(";")[0]) == (200, "text/csv")
    book = clerk.get("intake", "needs:export", kind="micro-wish")
    found = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()
    listed = [row.split(",") for row in text.content.decode("utf-8-sig").splitlines()]
    assert found == listed
    assert {f"'=心愿{number}" for number in range(1_000)} <= {str(row[3]) for row in found}
    for content in (text.content, book.content):
        assert "王1".encode() not in content
    assert platform.person("member").get("intake", "needs:export").json()["code"] == "role_not_allowed"


def test_a_sheet_that_cannot_be_taken_is_refused_in_words(platform: Platform) -> None:
    clerk = platform.person("clerk")
    assert send(clerk, "intake", "needs:import", as_csv([["标题"]])).json()["code"] == "columns_missing"
    assert send(platform.person("member"), "intake", "needs:import", b"").json()["code"] == "role_not_allowed"
    large = send(clerk, "intake", "needs:import", b"x" * ((64 << 20) + 1))
    assert (large.status_code, large.json()["code"]) == (413, "file_too_large")
    assert "64 MiB" in large.json()["title"]


def test_evidence_is_cleaned_kept_and_shown_to_those_it_concerns(platform: Platform) -> None:
    cast = Cast(platform, SHAOYANG, "evidence").registered()
    project = cast.propose()
    cast.approve(project)
    cast.pledge(project)
    member, path = cast.of("member"), f"projects/{project}/evidence"
    caption = {"Caption": quote("路灯亮了𠮷")}
    assert send(cast.of("member", "another"), "projects", path, with_place("JPEG"), caption).json()["code"] == "not_the_claimant"
    assert send(cast.of("office"), "projects", path, with_place("JPEG"), caption).json()["code"] == "role_not_allowed"
    assert send(member, "projects", path, with_place("JPEG")).json()["code"] == "body_invalid"
    assert send(member, "projects", path, b"GIF89a", caption).json()["code"] == "file_type_unknown"
    assert send(member, "projects", path, b"x" * ((20 << 20) + 1), caption).status_code == 413
    assert send(member, "projects", path, with_place("JPEG"), {"Caption": "%ff"}).json()["code"] == "header_malformed"

    first = send(member, "projects", path, with_place("JPEG"), caption)
    assert first.status_code == 201, first.text
    again = send(member, "projects", path, with_place("JPEG"), caption)
    assert again.json()["id"] == first.json()["id"]
    one = f"{path}/{first.json()['id']}"
    shown = cast.of("unit").get("projects", one, min_position=first.json()["position"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["content-disposition"].startswith("inline; ")
    assert (shown.headers["x-content-type-options"], len(shown.content)) == ("nosniff", first.json()["size"])
    assert b"Secret" not in shown.content
    with Image.open(BytesIO(shown.content)) as image:
        assert image.size == (32, 48)

    stranger = platform.person("member", county=FENG, sub="member-evidence", unit="evidence")
    assert send(stranger, "projects", path, with_place("JPEG"), caption).status_code == 404

    document = send(member, "projects", path, b"%PDF-1.7", {"Caption": quote("验收单")}).json()
    saved = member.get("projects", f"{path}/{document['id']}", min_position=document["position"])
    assert saved.headers["content-disposition"].startswith("attachment; ")
    listed = cast.of("office").see("projects", "evidence", project_id=project)["items"]
    assert [(item["media_type"], item["caption"], item["projects"]) for item in listed] == [
        ("image/jpeg", "路灯亮了𠮷", 1),
        ("application/pdf", "验收单", 1),
    ]
    assert member.see("projects", "evidence", project_id=project, reused="true")["items"] == []
    assert cast.of("member", "another").get("projects", one).status_code == 404
    assert platform.person("unit", unit="elsewhere").get("projects", one).status_code == 404
    assert [event["type"] for event in cast.of("office").history("projects", f"projects/{project}")][-2:] == ["EvidenceAttached"] * 2


def test_the_same_photo_in_two_projects_is_kept_once_and_seen(platform: Platform) -> None:
    cast = Cast(platform, FENG, "reused").registered()
    found = []
    for _ in range(2):
        project = cast.propose()
        cast.approve(project)
        cast.pledge(project)
        answer = send(cast.of("member"), "projects", f"projects/{project}/evidence", with_place("PNG"), {"Caption": "x"})
        found.append(answer.json())
    assert found[0]["digest"] == found[1]["digest"]
    assert found[0]["id"] != found[1]["id"]
    listed = cast.of("office").see("projects", "evidence", reused="true", unit=cast.unit, min_position=found[1]["position"])["items"]
    assert [item["projects"] for item in listed] == [2, 2]
