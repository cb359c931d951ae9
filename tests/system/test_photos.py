"""Photos of a need over HTTP: shown with a query code, seen by those who handle it, gone when they are removed."""

from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from shared.kernel.ids import uuid7
from tests.support.cast import Cast
from tests.support.client import FENG, SHAOYANG, Platform
from tests.support.pictures import kept, picture, with_place

FOREIGN = "DROP TABLE read.photos; <script>alert(1)</script>"
LARGE = (50_000, 50_000)


@pytest.fixture(scope="module")
def cast(platform: Platform) -> Cast:
    return Cast(platform, SHAOYANG, "photos").registered()


def submitted(cast: Cast) -> tuple[str, str]:
    """Submit a need without a name, as a citizen of its own; return its id and query code."""
    citizen = cast.of("citizen", f"citizen-{uuid7()}")
    body = {"kind": "need", "channel": "website", "title": "路灯坏了", "detail": "村口", "town": f"{SHAOYANG}100", "petitioner": None}
    made = citizen.do("intake", "needs", body)
    found = citizen.get("intake", f"needs/{made['id']}/receipts", min_position=made["position"]).json()
    return made["id"], found["items"][0]["code"]


def show(cast: Cast, need: str, code: str, content: bytes, county: str = SHAOYANG, **headers: str) -> httpx.Response:
    url = f"{cast.platform.urls['intake']}/v1/{county}/tracking/{need}/photos"
    return cast.platform.http.post(url, content=content, headers={"Query-Code": code, **headers})


def by_code(cast: Cast, code: str, path: str = "", **params: Any) -> httpx.Response:
    return cast.platform.http.get(f"{cast.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{code}{path}", params=params)


def files(cast: Cast) -> list[str]:
    return kept(Path(cast.platform.stack.info.data) / "photos")


def test_a_photo_is_shown_with_a_code_and_seen_by_those_who_handle_the_need(cast: Cast) -> None:
    need, code = submitted(cast)
    before = files(cast)
    answer = show(cast, need, code, with_place("JPEG"))
    assert answer.status_code == 201, answer.text
    found = by_code(cast, code, min_position=answer.json()["position"]).json()
    (photo,) = found["photos"]
    shown = by_code(cast, code, f"/photos/{photo}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert shown.headers["content-disposition"].startswith("inline; ")
    assert b"Secret" not in shown.content
    with Image.open(BytesIO(shown.content)) as image:
        assert (image.size, not image.getexif()) == ((32, 48), True)

    (name,) = set(files(cast)) - set(before)
    on_disk = next((Path(cast.platform.stack.info.data) / "photos").rglob(name)).read_bytes()
    assert on_disk[:3] != b"\xff\xd8\xff"
    assert shown.content[:64] not in on_disk

    listed = cast.of("office").get("intake", f"needs/{need}/photos").json()["items"]
    assert [(item["id"], item["number"], item["media_type"]) for item in listed] == [(photo, 1, "image/jpeg")]
    assert cast.of("office").get("intake", f"needs/{need}/photos/{photo}").content == shown.content
    assert cast.of("unit").get("intake", f"needs/{need}/photos").json()["items"] == []
    assert cast.of("unit").get("intake", f"needs/{need}/photos/{photo}").status_code == 404
    leader = {"handling_unit": cast.unit, "responsible_leader": "leader-1"}
    position = cast.of("office").do("intake", f"needs/{need}/route", leader)["position"]
    assert cast.of("unit").get("intake", f"needs/{need}/photos/{photo}", min_position=position).content == shown.content
    for role in ("auditor", "citizen", "member"):
        assert cast.of(role).get("intake", f"needs/{need}/photos").json()["code"] == "role_not_allowed"


def test_the_same_photo_again_changes_nothing_and_keeps_nothing(cast: Cast) -> None:
    need, code = submitted(cast)
    first = show(cast, need, code, picture("PNG"), **{"Idempotency-Key": f"photo-{need}"})
    before = files(cast)
    again = show(cast, need, code, picture("PNG"), **{"Idempotency-Key": f"photo-{need}"})
    assert (again.status_code, again.json()["position"]) == (201, first.json()["position"])
    assert show(cast, need, code, picture("PNG")).json()["code"] == "photo_already_attached"
    assert files(cast) == before


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture_type_unknown"),
        (b"GIF89a", "picture_type_unknown"),
        (b"%PDF-1.7", "picture_type_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "picture_type_unknown"),
        (b"\xff\xd8\xff" + b"\x00" * 99, "image_unreadable"),
        (b"\x89PNG\r\n\x1a\n" + FOREIGN.encode(), "image_unreadable"),
        (b"x" * ((12 << 20) + 1), "file_too_large"),
    ],
    ids=["zero bytes", "gif", "pdf", "svg", "no jpeg", "no png", "too many bytes"],
)
def test_what_is_no_photo_is_refused_in_words_and_kept_nowhere(cast: Cast, content: bytes, code: str) -> None:
    need, query = submitted(cast)
    before = files(cast)
    answer = show(cast, need, query, content)
    assert answer.json()["code"] == code
    assert answer.json()["title"].endswith("。")
    assert files(cast) == before


def test_two_files_in_one_are_one_picture_afterwards(cast: Cast) -> None:
    need, code = submitted(cast)
    answer = show(cast, need, code, picture("JPEG") + b"<script>" + FOREIGN.encode() + b"PK\x05\x06" + b"\x00" * 18)
    photo = by_code(cast, code, min_position=answer.json()["position"]).json()["photos"][0]
    shown = by_code(cast, code, f"/photos/{photo}")
    assert (shown.status_code, b"script" in shown.content) == (200, False)


def test_a_picture_of_too_many_pixels_is_refused_and_a_large_one_made_smaller(cast: Cast) -> None:
    need, code = submitted(cast)
    bomb = picture("PNG", size=(8, 8), mode="1")
    at = bomb.index(b"IHDR") + 4
    wide = bomb[:at] + b"".join(side.to_bytes(4) for side in LARGE) + bomb[at + 8 :]
    assert show(cast, need, code, wide).json()["code"] in {"image_too_large", "image_unreadable"}
    answer = show(cast, need, code, picture("JPEG", size=(5_000, 3_000)))
    photo = by_code(cast, code, min_position=answer.json()["position"]).json()["photos"][0]
    with Image.open(BytesIO(by_code(cast, code, f"/photos/{photo}").content)) as image:
        assert max(image.size) == 2_560


def test_without_the_code_there_is_nothing(cast: Cast) -> None:
    (need, code), (other, _) = submitted(cast), submitted(cast)
    answer = show(cast, need, code, picture("WEBP"))
    photo = by_code(cast, code, min_position=answer.json()["position"]).json()["photos"][0]
    own = by_code(cast, code, f"/photos/{photo}")
    assert (own.status_code, own.headers["content-type"]) == (200, "image/webp")
    assert show(cast, other, code, picture("JPEG", "blue")).json()["code"] == "code_not_known"
    assert show(cast, need, code, picture("JPEG", "blue"), FENG).status_code == 404
    assert cast.platform.http.post(f"{cast.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{need}/photos", content=b"x").status_code == 422
    wrong = code.translate(str.maketrans("0123456789", "1234567890"))
    assert by_code(cast, wrong, f"/photos/{photo}").status_code == 404
    assert by_code(cast, code, "/photos/no-photo").status_code == 404
    assert by_code(cast, code, f"/photos/{uuid7()}").status_code == 404
    _, second = submitted(cast)
    assert by_code(cast, second, f"/photos/{photo}").status_code == 404


def test_a_removed_photo_is_seen_by_nobody_and_its_key_is_gone(cast: Cast) -> None:
    need, code = submitted(cast)
    first = show(cast, need, code, picture("JPEG", "red"))
    last = show(cast, need, code, picture("JPEG", "blue")).json()["position"]
    red, blue = by_code(cast, code, min_position=last).json()["photos"]
    gone = cast.of("office").do("intake", f"needs/{need}/photos/{red}/remove", {"reason": "有他人身份证"})
    assert by_code(cast, code, min_position=gone["position"]).json()["photos"] == [blue]
    past = {"as_of": f"@{first.json()['position']}"}
    for path in (f"needs/{need}/photos/{red}", f"needs/{need}/photos/{red}?as_of={past['as_of']}"):
        assert cast.of("office").get("intake", path).status_code == 404
    with cast.platform.database("intake", SHAOYANG) as connection:
        keys = {str(row[0]) for row in connection.execute("SELECT person FROM vault.keys WHERE person = ANY(%s)", [[red, blue]])}
    assert keys == {blue}

    url = f"{cast.platform.urls['intake']}/v1/{SHAOYANG}/tracking/{need}/photos/{blue}/remove"
    taken = cast.platform.http.post(url, json={"code": code})
    assert taken.status_code == 201, taken.text
    assert by_code(cast, code, min_position=taken.json()["position"]).json()["photos"] == []
    assert show(cast, need, code, picture("JPEG", "blue")).json()["code"] == "photo_removed"


def test_who_is_erased_leaves_no_photo(cast: Cast) -> None:
    need, code = submitted(cast)
    last = show(cast, need, code, picture("JPEG", "red")).json()["position"]
    (photo,) = by_code(cast, code, min_position=last).json()["photos"]
    gone = cast.of("office").do("intake", f"needs/{need}/erase", {"reason": "本人要求"})
    assert cast.of("office").get("intake", f"needs/{need}/photos", min_position=gone["position"]).json()["items"] == []
    assert by_code(cast, code, f"/photos/{photo}").status_code == 404
