"""Evidence files: what comes in is what its bytes say, nothing else leaves with a picture, and what is kept is given back whole."""

import hashlib
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from services.projects.settings import Settings
from shared.kernel.file_store import FileStore
from shared.web.cleaning import JPEG, MOST_MEGAPIXELS, PDF, PNG, WEBP, cleaned
from shared.web.problem import Problem
from tests.support.pictures import kept, picture, with_place


@pytest.mark.parametrize(("form", "media_type"), [("JPEG", JPEG), ("PNG", PNG), ("WEBP", WEBP)])
def test_a_picture_is_kept_upright_and_says_nothing_but_itself(form: str, media_type: str) -> None:
    given_in = with_place(form)
    assert b"Secret" in given_in
    kept = cleaned(given_in)
    assert kept.media_type == media_type
    assert b"Secret" not in kept.content
    with Image.open(BytesIO(kept.content)) as image:
        assert (image.format, image.size) == (form, (32, 48))
        assert not image.getexif()
        assert not {"exif", "xmp", "icc_profile", "comment", "Author"} & image.info.keys()
        top = image.convert("RGB").getpixel((16, 2))
    assert isinstance(top, tuple)
    assert top[0] > 200


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_file_cleaned_twice_is_the_same_file(form: str) -> None:
    once = cleaned(with_place(form))
    assert cleaned(with_place(form)) == once


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_pictures_of_any_kind_of_pixel_are_taken(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    with Image.open(BytesIO(cleaned(picture(form, mode=mode)).content)) as image:
        assert image.mode in {"RGB", "RGBA"}


def test_a_document_is_kept_as_it_is() -> None:
    assert cleaned(b"%PDF-1.7 anything").content == b"%PDF-1.7 anything"
    assert cleaned(b"%PDF-1.7").media_type == PDF


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a" + b"\x00" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"MZ\x90", b"RIFF0000WAVE", b" %PDF-"],
)
def test_what_is_something_else_is_refused_whatever_it_is_called(content: bytes) -> None:
    with pytest.raises(Problem) as refused:
        cleaned(content)
    assert refused.value.code == "file_type_unknown"


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that says it has this many pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + name + data + zlib.crc32(name + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def test_a_picture_that_unpacks_without_end_is_refused_before_it_does() -> None:
    for width, height in ((10_000, MOST_MEGAPIXELS * 100 + 1), (2**31 - 1, 2**31 - 1)):
        with pytest.raises(Problem) as refused:
            cleaned(bomb(width, height))
        assert refused.value.code in {"image_too_large", "image_unreadable"}


@settings(max_examples=80, deadline=None)
@for_all(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(12, 200), st.binary(max_size=40))
def test_a_damaged_picture_is_cleaned_or_refused_and_nothing_else(form: str, keep: int, rest: bytes) -> None:
    assert how_taken(picture(form)[:keep] + rest + picture(form)[keep + 20 :]) in {"taken", "image_unreadable", "image_too_large"}


def how_taken(content: bytes) -> str:
    try:
        cleaned(content)
    except Problem as problem:
        return problem.code
    return "taken"


async def test_a_file_is_kept_once_by_its_content_and_given_back_whole(tmp_path: Path) -> None:
    store = FileStore((tmp_path / "new").as_uri())
    content = bytes(range(256)) * 40_000
    digest = await store.keep("430523", content)
    assert digest == await store.keep("430523", content) == hashlib.sha256(content).hexdigest()
    assert kept(tmp_path / "new" / "430523") == kept(tmp_path) == [digest]
    size, pieces = await store.give("430523", digest)
    assert (size, b"".join([piece async for piece in pieces])) == (len(content), content)


async def test_a_county_s_file_is_not_another_s_and_one_that_is_gone_or_changed_is_not_given(tmp_path: Path) -> None:
    store = FileStore(tmp_path.as_uri())
    digest = await store.keep("430523", b"some bytes")
    with pytest.raises(ConnectionError):
        await store.give("610330", digest)
    (tmp_path / "430523" / digest[:2] / digest).write_bytes(b"evil bytes")
    _, pieces = await store.give("430523", digest)
    with pytest.raises(ConnectionError):
        b"".join([piece async for piece in pieces])


async def test_a_half_written_file_of_an_older_crash_is_written_anew(tmp_path: Path) -> None:
    store = FileStore(tmp_path.as_uri())
    digest = await store.keep("430523", b"some bytes")
    (tmp_path / "430523" / digest[:2] / digest).write_bytes(b"some")
    await store.keep("430523", b"some bytes")
    assert (tmp_path / "430523" / digest[:2] / digest).read_bytes() == b"some bytes"


@pytest.mark.parametrize("url", ["/srv/evidence", "file://relative", "http://host/evidence", "file:///", "s3:///prefix"])
def test_a_place_to_keep_evidence_that_means_nothing_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"evidence_url": url})
    assert ("evidence_url",) in [fault["loc"] for fault in refused.value.errors()]
