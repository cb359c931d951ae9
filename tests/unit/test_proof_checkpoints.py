"""Checkpoints: their form, who may sign them, and what a log may sign after what it has signed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof import notes
from shared.kernel.proof.checkpoints import Checkpoint, advance, cosign, sign_checkpoint
from shared.kernel.proof.encoding import to_base64
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.frontier import Frontier
from shared.kernel.proof.merkle import EMPTY_ROOT
from tests.support import rfc6962
from tests.support.a_log import NOW, ORIGIN, OTHER_COUNTY, WITNESSES, ALog, log_key, witness_key

# The example of c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature.
SOFA = """\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
ROOT = bytes(range(32))


def text(*lines: object) -> str:
    return "".join(f"{line}\n" for line in lines)


def test_the_example_of_the_specification_is_read_and_written_alike() -> None:
    note = notes.parse(SOFA.encode())
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.extensions) == ("example.com/behind-the-sofa", 20_852_163, ())
    assert checkpoint.text == note.text
    assert note.dump() == SOFA.encode()
    assert [one.name for one in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert int.from_bytes(note.signatures[1].data[:8], "big") == 1_679_315_147  # the time that the specification's text names


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1),
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1), max_size=3),
)
def test_every_checkpoint_leads_back(origin: str, size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        "\n",
        text("log", 1),
        text("log", 1, to_base64(ROOT)).rstrip("\n"),
        text("", 1, to_base64(ROOT)),
        text("log", "01", to_base64(ROOT)),
        text("log", "+1", to_base64(ROOT)),
        text("log", " 1", to_base64(ROOT)),
        text("log", "1_0", to_base64(ROOT)),
        text("log", "١", to_base64(ROOT)),  # a digit, but not of ASCII
        text("log", "-1", to_base64(ROOT)),
        text("log", "1.0", to_base64(ROOT)),
        text("log", "", to_base64(ROOT)),
        text("log", 2**63, to_base64(ROOT)),
        text("log", 1, to_base64(ROOT[:31])),
        text("log", 1, to_base64(ROOT + b"x")),
        text("log", 1, to_base64(ROOT).rstrip("=")),
        text("log", 1, to_base64(b"\xff" * 32).replace("/", "_")),
        text("log", 1, to_base64(ROOT)[:-2] + "9="),  # bits that no byte has
        text("log", 1, to_base64(ROOT), ""),
        text("log", 1, to_base64(ROOT), "extension", "", "extension"),
        text("log\x1f", 1, to_base64(ROOT)),
        text("log", 0, to_base64(ROOT)),  # of no leaves there is one root
    ],
)
def test_a_checkpoint_of_another_form_is_refused(malformed: str) -> None:
    with pytest.raises(ProofError, match="checkpoint_malformed"):
        Checkpoint.parse(malformed)


def test_an_empty_log_has_a_checkpoint() -> None:
    empty = Checkpoint.empty("log")
    assert empty.text == text("log", 0, to_base64(EMPTY_ROOT))
    assert Checkpoint.parse(empty.text) == empty


@pytest.mark.parametrize("origin", ["", "a\nb", "a\tb", "\ud800"])
def test_an_origin_that_could_not_be_read_back_is_refused(origin: str) -> None:
    with pytest.raises(ProofError, match="checkpoint_malformed"):
        Checkpoint(origin, 1, ROOT)


def test_a_log_signs_its_own_checkpoints_and_a_witness_cosigns_those_of_others() -> None:
    checkpoint = ALog(3).checkpoint
    for unfit in (log_key(OTHER_COUNTY), WITNESSES[0], witness_key(ORIGIN)):
        with pytest.raises(ProofError, match="key_unfit"):
            sign_checkpoint(checkpoint, unfit)
    with pytest.raises(ProofError, match="key_unfit"):
        cosign(checkpoint, log_key(), NOW)
    note = sign_checkpoint(checkpoint, log_key()).signed(cosign(checkpoint, WITNESSES[0], NOW))
    known = [log_key().verifying, WITNESSES[0].verifying]
    assert [(one.key, one.time) for one in notes.verify(note, known)] == [(known[0], None), (known[1], NOW)]


def test_a_cosignature_covers_extension_lines() -> None:
    plain, extended = Checkpoint("log", 1, ROOT), Checkpoint("log", 1, ROOT, ("more",))
    signature = cosign(extended, WITNESSES[0], NOW)
    assert notes.verify(notes.Note(extended.text, (signature,)), [WITNESSES[0].verifying])
    with pytest.raises(ProofError, match="signature_invalid"):
        notes.verify(notes.Note(plain.text, (signature,)), [WITNESSES[0].verifying])


def test_a_log_goes_on_only_from_what_it_signed_last() -> None:
    leaves = rfc6962.leaves(20)
    first, frontier = advance(Checkpoint.empty(ORIGIN), Frontier(), leaves[:7])
    second, grown = advance(first, frontier, leaves[7:])
    assert (second.size, second.root) == (20, rfc6962.root(leaves))
    assert advance(second, grown, []) == (second, grown)
    rewritten = Frontier().append([*leaves[1:7], leaves[0]])
    for wrong in (Frontier(), grown, frontier.append(leaves[7:8]), rewritten):
        with pytest.raises(ProofError, match="log_inconsistent"):
            advance(first, wrong, leaves[7:])
