"""Evidence: what comes in is what its bytes say, nothing leaves with it, and no fact names a file that is not kept."""

import asyncio
import hashlib
import zlib
from collections.abc import Awaitable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from PIL import Image, PngImagePlugin
from pydantic import ValidationError

from services.projects.commands import AttachEvidence
from services.projects.decider import PROJECT
from services.projects.evidence.cleaning import JPEG, MOST_MEGAPIXELS, PDF, PNG, WEBP, cleaned
from services.projects.evidence.receiving import attach_evidence
from services.projects.evidence.store import EvidenceStore
from services.projects.settings import Settings
from shared.contracts.projects import EvidenceAttached
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.event_log import Answer
from shared.kernel.events import Event
from shared.kernel.rules import Command
from shared.kernel.testing import by, given
from shared.web.endpoints import validated
from shared.web.files import NoParams, Receiving
from shared.web.problem import Problem, of_rejection
from shared.web.routes import body_of, build
from tests.support.a_project import (
    APPROVED,
    BRANCH,
    COMMITTEE,
    COMPLETE,
    IN_HAND,
    LI,
    OFFICE,
    OPEN,
    PLEDGED,
    PROJECT_ID,
    REOPEN,
    SYSTEM,
    UNITS,
    WANG,
    claim,
    claimed,
    completed,
    pledge,
    proposed,
    sign_off,
)  # fmt: skip

DIGEST = "9f" * 32
EVIDENCE_ID = derived("evidence", str(PROJECT_ID), DIGEST)
ATTACH = AttachEvidence(project_id=PROJECT_ID, evidence_id=EVIDENCE_ID, digest=DIGEST, media_type=JPEG, size=2048, caption="安装现场")
ATTACHED = EvidenceAttached(
    project_id=PROJECT_ID,
    evidence_id=EVIDENCE_ID,
    digest=DIGEST,
    media_type=JPEG,
    size=2048,
    caption="安装现场",
    unit="T1",
    attached_by="li",
)


def test_the_claimant_attaches_evidence_while_the_work_is_in_hand() -> None:
    given(PROJECT, *IN_HAND).when(ATTACH, LI).then(ATTACHED)


def test_the_same_file_again_changes_nothing_whatever_is_said_of_it() -> None:
    given(PROJECT, *IN_HAND, ATTACHED).when(ATTACH.model_copy(update={"caption": "另一张"}), LI).nothing()


@pytest.mark.parametrize("actor", [WANG, OFFICE, COMMITTEE, BRANCH])
def test_nobody_else_attaches_evidence(actor: Actor) -> None:
    given(PROJECT, *IN_HAND).when(ATTACH, actor).rejected("not_the_claimant")


def test_a_unit_that_claimed_attaches_for_itself() -> None:
    history = (proposed(UNITS), APPROVED, claimed("T1", "unit", UNITS), PLEDGED)
    given(PROJECT, *history).when(ATTACH, COMMITTEE).then_one(EvidenceAttached, attached_by="committee-1", unit="T1")


def test_nothing_is_attached_to_what_nobody_does() -> None:
    given(PROJECT, *OPEN).when(ATTACH, LI).rejected("project_not_claimed")
    given(PROJECT, *IN_HAND, completed()).when(ATTACH, LI).rejected("project_not_in_hand")
    given(PROJECT).when(ATTACH, LI).rejected("not_found")


@cache
def picture(form: str, colour: str = "green", size: tuple[int, int] = (48, 32), mode: str = "RGB", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, size, colour if mode == "RGB" else 0).save(out, form, **options)
    return out.getvalue()


def with_place(form: str) -> bytes:
    """Return a picture that lies on its side, and tells where and by whom it was taken."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretPhone"
    exif.get_ifd(0x8825)[1] = "N"
    image = Image.new("RGB", (48, 32), "green")
    image.paste("red", (0, 0, 8, 32))
    out = BytesIO()
    options: dict[str, Any] = {"exif": exif, "icc_profile": b"SecretProfile"}
    if form == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Author", "SecretAuthor")
    elif form == "JPEG":
        options["comment"] = b"SecretComment"
    image.save(out, form, **options)
    return out.getvalue()


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
    assert refused.value.code == "evidence_type_unknown"


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
        assert refused.value.code in {"image_too_large", "evidence_unreadable"}


@settings(max_examples=80, deadline=None)
@for_all(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(12, 200), st.binary(max_size=40))
def test_a_damaged_picture_is_cleaned_or_refused_and_nothing_else(form: str, keep: int, rest: bytes) -> None:
    assert how_taken(picture(form)[:keep] + rest + picture(form)[keep + 20 :]) in {"taken", "evidence_unreadable", "image_too_large"}


def how_taken(content: bytes) -> str:
    try:
        cleaned(content)
    except Problem as problem:
        return problem.code
    return "taken"


async def test_a_file_is_kept_once_by_its_content_and_given_back_whole(tmp_path: Path) -> None:
    store = EvidenceStore((tmp_path / "new").as_uri())
    content = bytes(range(256)) * 40_000
    digest = await store.keep("430523", content)
    assert digest == await store.keep("430523", content) == hashlib.sha256(content).hexdigest()
    assert kept(tmp_path / "new" / "430523") == kept(tmp_path) == [digest]
    size, pieces = await store.give("430523", digest)
    assert (size, b"".join([piece async for piece in pieces])) == (len(content), content)


async def test_a_county_s_file_is_not_another_s_and_one_that_is_gone_or_changed_is_not_given(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path.as_uri())
    digest = await store.keep("430523", b"some bytes")
    with pytest.raises(ConnectionError):
        await store.give("610330", digest)
    (tmp_path / "430523" / digest[:2] / digest).write_bytes(b"evil bytes")
    _, pieces = await store.give("430523", digest)
    with pytest.raises(ConnectionError):
        b"".join([piece async for piece in pieces])


async def test_a_half_written_file_of_an_older_crash_is_written_anew(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path.as_uri())
    digest = await store.keep("430523", b"some bytes")
    (tmp_path / "430523" / digest[:2] / digest).write_bytes(b"some")
    await store.keep("430523", b"some bytes")
    assert (tmp_path / "430523" / digest[:2] / digest).read_bytes() == b"some bytes"


@pytest.mark.parametrize("url", ["/srv/evidence", "file://relative", "http://host/evidence", "file:///", "s3:///prefix"])
def test_a_place_to_keep_evidence_that_means_nothing_is_refused_at_start(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({"evidence_url": url})
    assert ("evidence_url",) in [fault["loc"] for fault in refused.value.errors()]


class Counter:
    """A project's stream in memory, and the way an upload's commands take to it."""

    def __init__(self, store: EvidenceStore, *history: Event) -> None:
        self.store = store
        self.history = list(history)

    async def brings(self, actor: Actor, content: bytes, caption: str = "安装现场") -> Mapping[str, Any]:
        async def give(
            command: type[Command], raw: bytes, *, filled: Mapping[str, Any], key: str | None = None, rehearsed: bool = False
        ) -> Answer | None:
            assert key is None
            outcome = given(PROJECT, *self.history).when(build(command, validated(body_of(command), raw), filled), actor)
            if outcome.refusal is not None:
                raise of_rejection(outcome.refusal) from outcome.refusal
            if rehearsed:
                return None
            self.history += outcome.events
            return Answer(f"project-{PROJECT_ID}", len(self.history), len(self.history))

        async def told(item: Awaitable[Mapping[str, Any]]) -> Mapping[str, Any]:
            return await item

        headers = {"caption": caption} if caption else {}
        ids = {"project_id": PROJECT_ID}
        return await attach_evidence(
            Receiving(BytesIO(content), len(content), "430523", actor, NoParams(), ids, headers, self.store, 0, give, told)
        )


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def test_who_may_not_attach_leaves_no_file_behind(tmp_path: Path) -> None:
    desk = Counter(EvidenceStore(tmp_path.as_uri()), *IN_HAND)
    for actor, caption, code in ((WANG, "现场", "not_the_claimant"), (LI, "", "body_invalid")):
        with pytest.raises(Problem) as refused:
            await desk.brings(actor, picture("PNG"), caption)
        assert refused.value.code == code
    assert kept(tmp_path) == []


async def test_the_answer_names_the_evidence_and_what_is_kept_of_it(tmp_path: Path) -> None:
    desk = Counter(EvidenceStore(tmp_path.as_uri()), *IN_HAND)
    answer = await desk.brings(LI, with_place("JPEG"))
    (fact,) = [event for event in desk.history if isinstance(event, EvidenceAttached)]
    assert {name: answer[name] for name in ("id", "digest", "media_type", "size")} == {
        "id": str(fact.evidence_id), "digest": fact.digest, "media_type": JPEG, "size": fact.size,
    }  # fmt: skip
    assert await desk.brings(LI, with_place("JPEG"), "又一次") == answer
    assert kept(tmp_path) == [fact.digest]


ACTORS = [LI, LI, LI, WANG, OFFICE, COMMITTEE, BRANCH, by("citizen", sub="li-2")]
FILES = [picture("PNG"), picture("JPEG", "red"), picture("WEBP", "blue"), b"%PDF-1.4", b"GIF89a", picture("PNG", "red")[:60]]
COMMANDS = [claim(), pledge(), COMPLETE, REOPEN, sign_off(1), sign_off(2)]


class EvidenceOfAProject(RuleBasedStateMachine):
    """Whoever brings whatever in whichever order: facts, files and claimants agree."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.desk = Counter(EvidenceStore(Path(self.folder.name).as_uri()), *OPEN)
        self.answered: set[str] = set()

    @initialize(history=st.sampled_from([OPEN, (*OPEN, claimed()), IN_HAND]))
    def it_has_come_so_far(self, history: tuple[Event, ...]) -> None:
        self.desk.history = list(history)

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(actor=st.sampled_from(ACTORS), file=st.sampled_from(FILES))
    def somebody_brings_a_file(self, actor: Actor, file: bytes) -> None:
        try:
            self.answered.add(str(asyncio.run(self.desk.brings(actor, file))["id"]))
        except Problem:
            return

    @rule(
        actor=st.sampled_from([*ACTORS, SYSTEM]), command=st.sampled_from([claim(), pledge(), COMPLETE, REOPEN, sign_off(1), sign_off(2)])
    )
    def somebody_does_something_else(self, actor: Actor, command: Command) -> None:
        self.desk.history += given(PROJECT, *self.desk.history).when(command, actor).events

    @invariant()
    def every_fact_has_its_file_and_its_claimant(self) -> None:
        facts = [event for event in self.desk.history if isinstance(event, EvidenceAttached)]
        files = {path.name: path.read_bytes() for path in Path(self.folder.name).rglob("*") if path.is_file()}
        assert all(hashlib.sha256(content).hexdigest() == name for name, content in files.items())
        assert {fact.digest for fact in facts} == files.keys()
        assert {str(fact.evidence_id) for fact in facts} == self.answered
        assert len(facts) == len({fact.evidence_id for fact in facts})
        assert {fact.attached_by for fact in facts} <= {given(PROJECT, *self.desk.history).state().claimant}
        assert all(len(files[fact.digest]) == fact.size for fact in facts)


EvidenceOfAProject.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestEvidenceOfAProject = EvidenceOfAProject.TestCase
