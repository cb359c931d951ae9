"""Evidence: what comes in is what its bytes say, nothing leaves with it, and no fact names a file that is not kept."""

import asyncio
import hashlib
from collections.abc import Awaitable, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.projects.commands import AttachEvidence
from services.projects.decider import PROJECT
from services.projects.evidence.receiving import attach_evidence
from shared.contracts.projects import EvidenceAttached
from shared.kernel.actor import Actor
from shared.kernel.derived import derived
from shared.kernel.event_log import Answer
from shared.kernel.events import Event
from shared.kernel.file_store import FileStore
from shared.kernel.rules import Command
from shared.kernel.testing import by, given
from shared.web.cleaning import JPEG
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
from tests.support.pictures import kept, picture, with_place

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


class Counter:
    """A project's stream in memory, and the way an upload's commands take to it."""

    def __init__(self, store: FileStore, *history: Event) -> None:
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


async def test_who_may_not_attach_leaves_no_file_behind(tmp_path: Path) -> None:
    desk = Counter(FileStore(tmp_path.as_uri()), *IN_HAND)
    for actor, caption, code in ((WANG, "现场", "not_the_claimant"), (LI, "", "body_invalid")):
        with pytest.raises(Problem) as refused:
            await desk.brings(actor, picture("PNG"), caption)
        assert refused.value.code == code
    assert kept(tmp_path) == []


async def test_the_answer_names_the_evidence_and_what_is_kept_of_it(tmp_path: Path) -> None:
    desk = Counter(FileStore(tmp_path.as_uri()), *IN_HAND)
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
        self.desk = Counter(FileStore(Path(self.folder.name).as_uri()), *OPEN)
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
