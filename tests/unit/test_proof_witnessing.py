"""What a witness cosigns, what it refuses and with which status (c2sp.org/tlog-witness), and what a log makes of the answer."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof.checkpoints import Checkpoint, cosign, sign_checkpoint
from shared.kernel.proof.encoding import to_base64
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.notes import Note, Signature, verify
from shared.kernel.proof.witnessing import AddCheckpoint, Cosigned, Refused, Seen, cosignatures, decide, parse_size
from tests.support.a_log import NOW, OTHER_COUNTY, WITNESSES, ALog, log_key, policy, witness_key

WITNESS = WITNESSES[0]
LOGS = [log_key().verifying]
OLD, LOG = ALog(300), ALog(700)
SEEN = Seen(300, OLD.checkpoint.root)

# The request of c2sp.org/tlog-witness.
EXAMPLE = """\
old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
""".encode()
HASH = to_base64(bytes(32)).encode()


def request(old_size: int = 300, log: ALog = LOG, *, proof: Sequence[bytes] | None = None, note: Note | None = None) -> AddCheckpoint:
    """What an honest log asks, unless told otherwise; through its bytes, as a witness gets it."""
    honest = log.consistency(min(old_size, log.size))
    return AddCheckpoint.parse(AddCheckpoint.of(old_size, honest if proof is None else proof, note or log.note()).dump())


def refusal(asked: AddCheckpoint, seen: Seen = SEEN) -> Refused:
    answer = decide(asked, LOGS, seen, WITNESS, NOW)
    assert isinstance(answer, Refused), answer
    return answer


def test_the_example_of_the_specification_is_read_and_written_alike() -> None:
    asked = AddCheckpoint.parse(EXAMPLE)
    assert (asked.old_size, len(asked.proof), asked.checkpoint.size, len(asked.note.signatures)) == (20_852_014, 4, 20_852_163, 2)
    assert asked.dump() == EXAMPLE


@pytest.mark.parametrize(
    ("old", "log", "seen"),
    [
        (0, OLD, Seen()),
        (300, LOG, SEEN),
        (300, OLD, SEEN),  # the same tree again, as of now
        (0, ALog(0), Seen()),
    ],
)
def test_what_follows_from_what_was_seen_is_cosigned(old: int, log: ALog, seen: Seen) -> None:
    answer = decide(request(old, log), LOGS, seen, WITNESS, NOW)
    assert isinstance(answer, Cosigned)
    assert answer.status == 200
    assert answer.seen == Seen(log.size, log.checkpoint.root)
    (cosigned,) = cosignatures(answer.body, log.note(), [WITNESS.verifying])
    assert (cosigned.key, cosigned.time) == (WITNESS.verifying, NOW)
    assert policy(1).accept(log.note().signed(cosigned.signature).dump()).checkpoint == log.checkpoint


def test_an_unknown_log_is_not_found() -> None:
    answer = decide(request(), [], SEEN, WITNESS, NOW)
    assert isinstance(answer, Refused)
    assert (answer.status, answer.code, answer.body) == (404, "log_unknown", b"log_unknown\n")


def test_a_checkpoint_that_its_log_did_not_sign_is_forbidden() -> None:
    by_another = sign_checkpoint(ALog(700, OTHER_COUNTY).checkpoint, log_key(OTHER_COUNTY))
    answer = refusal(request(note=by_another))
    assert (answer.status, answer.code) == (403, "log_signature_missing")


def test_a_checkpoint_with_a_signature_of_its_log_that_fails_is_forbidden() -> None:
    failing = Signature(LOGS[0].name, LOGS[0].key_id, bytes(64))
    for signatures in ((failing,), (failing, *LOG.note().signatures), (*LOG.note(*WITNESSES).signatures, failing)):
        answer = refusal(request(note=Note(LOG.checkpoint.text, signatures)))
        assert (answer.status, answer.code) == (403, "signature_invalid")


def test_cosignatures_of_others_on_the_checkpoint_are_ignored() -> None:
    answer = decide(request(note=LOG.note(witness_key("stranger"), *WITNESSES)), LOGS, SEEN, WITNESS, NOW)
    assert isinstance(answer, Cosigned)


def test_an_old_size_beyond_the_checkpoint_is_a_bad_request() -> None:
    answer = refusal(request(301, OLD))
    assert (answer.status, answer.code) == (400, "old_size_beyond_checkpoint")


@pytest.mark.parametrize("old", [0, 299, 301])
def test_an_old_size_that_was_not_the_last_is_a_conflict_that_names_the_last(old: int) -> None:
    answer = refusal(request(old))
    assert (answer.status, answer.code, answer.size, answer.alarming) == (409, "old_size_conflict", 300, False)
    assert (answer.body, answer.content_type) == (b"300\n", "text/x.tlog.size")
    assert parse_size(answer.body) == 300


def test_a_witness_never_goes_back() -> None:
    answer = refusal(request(200, ALog(200)))
    assert (answer.status, answer.size) == (409, 300)


def test_two_roots_of_one_size_are_a_conflict_and_an_alarm() -> None:
    other = ALog(300, entry='{{"rewritten": {}, "subject": "{}"}}')
    answer = refusal(request(300, other))
    assert (answer.status, answer.code, answer.alarming) == (409, "root_conflict", True)
    assert answer.content_type.startswith("text/plain")


def test_a_rewritten_history_has_no_proof_and_is_an_alarm() -> None:
    rewritten = ALog(700, entry='{{"rewritten": {}, "subject": "{}"}}')
    for proof in (rewritten.consistency(300), LOG.consistency(300), ()):
        answer = refusal(request(log=rewritten, proof=proof))
        assert (answer.status, answer.code, answer.alarming) == (422, "consistency_proof_wrong", True)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (request(0, OLD, proof=(bytes(32),)), Seen()),  # from nothing no proof is due
        (request(300, OLD, proof=(bytes(32),)), SEEN),
        (request(proof=LOG.consistency(300)[:-1]), SEEN),
        (request(proof=(*LOG.consistency(300), bytes(32))), SEEN),
        (request(proof=LOG.consistency(299)), SEEN),
    ],
)
def test_a_proof_that_does_not_prove_is_refused(asked: AddCheckpoint, seen: Seen) -> None:
    assert (refusal(asked, seen).status, refusal(asked, seen).code) == (422, "consistency_proof_wrong")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        EXAMPLE.replace(b"old ", b"old  "),
        EXAMPLE.replace(b"old ", b"Old "),
        EXAMPLE.replace(b"old ", b""),
        EXAMPLE.replace(b"old 2", b"old 02"),
        EXAMPLE.replace(b"old 2", b"old -2"),
        EXAMPLE.replace(b"20852014", b""),
        EXAMPLE.replace(b"20852014", b"9223372036854775808"),
        EXAMPLE.replace(b"kaw=", b"kaw"),
        EXAMPLE.replace(b"kaw=", b"kax="),
        EXAMPLE.replace(b"PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=", b"PlRN"),
        EXAMPLE.replace(b"\n", b"\r\n"),
        EXAMPLE.partition(b"\n\n")[0] + b"\n",
        b"\n" + EXAMPLE,
        b"old 1\n" + (HASH + b"\n") * 64 + b"\n" + EXAMPLE.partition(b"\n\n")[2],
    ],
)
def test_a_body_of_another_form_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(ProofError, match="request_malformed") as caught:
        AddCheckpoint.parse(body)
    assert Refused.malformed(caught.value).status == 400


def test_a_body_whose_note_or_checkpoint_is_malformed_is_a_bad_request_too() -> None:
    head = b"old 0\n\n"
    for body, code in [
        (head + b"log\n1\n", "note_malformed"),
        (head + ALog(3).note().dump().rstrip(b"\n"), "note_malformed"),
        (head + b"log\n1\n\n" + ALog(3).note().dump().rpartition(b"\n\n")[2], "checkpoint_malformed"),
    ]:
        with pytest.raises(ProofError, match=code) as caught:
            AddCheckpoint.parse(body)
        assert (Refused.malformed(caught.value).status, Refused.malformed(caught.value).alarming) == (400, False)


def test_63_hashes_are_read() -> None:
    body = b"old 1\n" + (HASH + b"\n") * 63 + b"\n" + EXAMPLE.partition(b"\n\n")[2]
    assert len(AddCheckpoint.parse(body).proof) == 63


def test_a_witness_set_up_with_the_key_of_a_log_cosigns_nothing() -> None:
    with pytest.raises(ProofError, match="key_unfit"):
        decide(request(), LOGS, SEEN, log_key(), NOW)


def test_a_log_takes_from_an_answer_what_it_asked_for() -> None:
    strange = cosign(LOG.checkpoint, witness_key("stranger"), NOW)
    ours = cosign(LOG.checkpoint, WITNESS, NOW)
    response = f"{strange.line}{ours.line}".encode()
    assert [one.signature for one in cosignatures(response, LOG.note(), [WITNESS.verifying])] == [ours]
    assert cosignatures(strange.line.encode(), LOG.note(), [WITNESS.verifying]) == ()
    with pytest.raises(ProofError, match="signature_invalid"):
        cosignatures(cosign(OLD.checkpoint, WITNESS, NOW).line.encode(), LOG.note(), [WITNESS.verifying])
    for malformed in (b"", b"\n", response.rstrip(b"\n"), b"hello\n", b"\xff\n", response + b"\n"):
        with pytest.raises(ProofError, match="response_malformed"):
            cosignatures(malformed, LOG.note(), [WITNESS.verifying])


@pytest.mark.parametrize("response", [b"", b"300", b"\n", b"0300\n", b"300\n\n", b"-1\n", b"300 \n", b"\xff\n", b"3e2\n"])
def test_a_size_of_another_form_is_refused(response: bytes) -> None:
    with pytest.raises(ProofError, match="response_malformed"):
        parse_size(response)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=12), st.data())
def test_what_a_witness_cosigns_is_one_history_whoever_asks(sizes: list[int], data: st.DataObject) -> None:
    """Two histories of one log ask in any order: what is cosigned all lies on one of them, never smaller than before."""
    honest, forked = {"entry": '{{"id": {}, "subject": "{}"}}'}, {"entry": '{{"forked": {}, "subject": "{}"}}'}
    seen, cosigned = Seen(), list[tuple[bool, Checkpoint]]()
    for size in sizes:
        branch = data.draw(st.booleans())
        log = ALog(size, **(forked if branch else honest))
        answer = decide(request(min(seen.size, size), log), LOGS, seen, WITNESS, NOW)
        if isinstance(answer, Cosigned):
            assert answer.seen.size >= seen.size
            seen = answer.seen
            cosigned.append((branch, log.checkpoint))
    assert len({branch for branch, checkpoint in cosigned if checkpoint.size}) <= 1


def test_a_cosignature_is_for_the_whole_note_as_the_log_signed_it() -> None:
    extended = Checkpoint(LOG.origin, 700, LOG.checkpoint.root, ("extension",))
    note = sign_checkpoint(extended, log_key())
    answer = decide(request(note=note), LOGS, SEEN, WITNESS, NOW)
    assert isinstance(answer, Cosigned)
    assert verify(note.signed(answer.signature), [WITNESS.verifying])
