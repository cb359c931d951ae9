"""Keys and signed notes, against the vectors that Go's note package documents, and against what must be refused."""

import base64
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.proof import notes
from shared.kernel.proof.algorithms import COSIGNATURE_V1, ED25519, Algorithm
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import SigningKey, VerifyingKey, generate_key
from shared.kernel.proof.notes import Note, Signature

# The keys and the note of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SIGNS = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
BY_PETER = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
BY_ENOCH = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
PETER_KEY, ENOCH_KEY = VerifyingKey.parse(PETER), VerifyingKey.parse(ENOCH)


def note(text: str = TEXT, lines: str = BY_PETER) -> bytes:
    return f"{text}\n{lines}".encode()


def with_id_of_its_own(name: str, material: bytes) -> str:
    """A key text whose id fits what it holds, so that only the rest can be wrong with it."""
    key_id = sha256(name.encode() + b"\n" + material).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(material).decode()}"


def test_the_documented_key_signs_the_documented_note_byte_for_byte() -> None:
    key = SigningKey.parse(PETER_SIGNS)
    assert Note(TEXT, (notes.sign(TEXT, key),)).dump() == note()
    assert key.verifying == PETER_KEY
    assert (key.skey, key.verifying.vkey) == (PETER_SIGNS, PETER)


def test_the_documented_note_is_verified_and_strangers_on_it_are_ignored() -> None:
    opened = notes.parse(note(lines=BY_PETER + BY_ENOCH))
    assert opened.text == TEXT
    assert [one.key for one in notes.verify(opened, [PETER_KEY])] == [PETER_KEY]
    assert [one.key for one in notes.verify(opened, [ENOCH_KEY, PETER_KEY, ENOCH_KEY])] == [PETER_KEY, ENOCH_KEY]
    assert opened.dump() == note(lines=BY_PETER + BY_ENOCH)


def test_a_note_without_a_known_signature_is_not_believed() -> None:
    for lines in (BY_ENOCH, BY_PETER.replace("PeterNeumann", "PeterNeuman"), BY_PETER.replace("x08g", "x08h")):
        with pytest.raises(ProofError, match="note_unsigned"):
            notes.verify(notes.parse(note(lines=lines)), [PETER_KEY])


@pytest.mark.parametrize(
    "data",
    [
        note(text=TEXT.replace("your", "my")),
        note(lines=BY_PETER.replace("ZJku", "ZJkv")),
        note(lines=BY_PETER + BY_PETER.replace("ZJku", "ZJkv")),  # also where another of the same key is good
        note(lines=BY_PETER[:60] + "ABCD" + BY_PETER[60:]),
    ],
)
def test_a_known_signature_that_fails_spoils_the_note(data: bytes) -> None:
    with pytest.raises(ProofError, match="signature_invalid") as caught:
        notes.verify(notes.parse(data), [PETER_KEY])
    assert caught.value.details == {"name": "PeterNeumann"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT.encode(),
        note(lines=""),
        note(lines=BY_PETER.rstrip("\n")),
        note(lines=BY_PETER + "Unexpected line.\n"),
        note(lines="\n" + BY_PETER + "\n"),
        note(lines=BY_PETER.replace("— ", "- ")),
        note(lines=BY_PETER.replace("— ", "—")),
        note(lines=BY_PETER.replace("PeterNeumann", "Peter Neumann")),
        note(lines=BY_PETER.replace("PeterNeumann", "Peter\u3000Neumann")),
        note(lines=BY_PETER.replace("PeterNeumann", "Peter+Neumann")),
        note(lines=BY_PETER.replace("PeterNeumann", "")),
        note(lines="— PeterNeumann\n"),
        note(lines="— PeterNeumann \n"),
        note(lines="— PeterNeumann x08gow==\n"),  # a key id and nothing more
        note(lines=BY_PETER.replace("=\n", "\n")),
        note(lines=BY_PETER.replace("nAM=", "nAN=")),  # bits that no byte has
        note(lines=BY_PETER.replace("x08go", "x08 go")),
        note(lines=BY_PETER.replace("\n", " \n")),
        note(lines=BY_PETER.replace("\n", "\r\n")),
        note(lines=BY_PETER * 101),
        b"\x01" + note(),
        b"\xff" + note(),
        note(text="a\tb\n"),
    ],
)
def test_a_note_of_another_form_is_refused(data: bytes) -> None:
    with pytest.raises(ProofError, match="note_malformed"):
        notes.parse(data)


def test_a_note_past_a_million_bytes_is_not_read() -> None:
    with pytest.raises(ProofError, match="note_too_long"):
        notes.parse(note(text="x" * 1_000_000 + "\n"))


def test_a_hundred_signatures_are_read() -> None:
    assert len(notes.parse(note(lines=BY_PETER * 100)).signatures) == 100
    assert len(notes.verify(notes.parse(note(lines=BY_PETER * 100)), [PETER_KEY])) == 1


def test_a_text_may_hold_empty_lines_and_any_script() -> None:
    for text in ("\n", "\n\n", "a\n\nb\n", "a\n\n\n", "亮诺公开\n𠮷\n\x7f\n"):
        opened = notes.parse(Note(text, (notes.sign(text, SigningKey.parse(PETER_SIGNS)),)).dump())
        assert opened.text == text
        assert notes.verify(opened, [PETER_KEY])


@pytest.mark.parametrize("text", ["", "abc", "a\tb\n", "a\rb\n", "\ud800\n"])
def test_a_text_that_could_not_be_read_back_is_not_signed(text: str) -> None:
    with pytest.raises(ProofError, match="note_malformed"):
        notes.sign(text, SigningKey.parse(PETER_SIGNS))


def test_signing_anew_replaces_what_the_same_key_had_signed() -> None:
    old = Signature("PeterNeumann", PETER_KEY.key_id, b"old")
    by_enoch = notes.parse(note(lines=BY_ENOCH)).signatures[0]
    signed = Note(TEXT, (old, by_enoch)).signed(notes.sign(TEXT, SigningKey.parse(PETER_SIGNS)))
    assert signed.dump() == note(lines=BY_ENOCH + BY_PETER)


@pytest.mark.parametrize("whole", [PETER, PETER_SIGNS])
def test_a_key_text_that_was_cut_or_touched_is_refused(whole: str) -> None:
    kind = SigningKey if whole.startswith("PRIVATE") else VerifyingKey
    pieces = {whole[start:end] for start in range(len(whole) + 1) for end in range(start, len(whole) + 1)} - {whole}
    touched = {whole[:at] + chr(ord(one) + 1) + whole[at + 1 :] for at, one in enumerate(whole)}
    for text in pieces | touched:
        with pytest.raises(ProofError, match="key_"):
            kind.parse(text)


@pytest.mark.parametrize(
    ("vkey", "code"),
    [
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "key_malformed"),
        (with_id_of_its_own("a", b"\x01" + b"k" * 33), "key_malformed"),
        (with_id_of_its_own("a", b"\x04" + b"k" * 31), "key_malformed"),
        (with_id_of_its_own("a", b""), "key_malformed"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "key_algorithm_unknown"),
        (with_id_of_its_own("a", b"\x06" + b"k" * 32), "key_algorithm_unknown"),
        (with_id_of_its_own("a b", b"\x01" + b"k" * 32), "key_name_malformed"),
        (with_id_of_its_own("a\u2003b", b"\x01" + b"k" * 32), "key_name_malformed"),
        (with_id_of_its_own("", b"\x01" + b"k" * 32), "key_name_malformed"),
        (with_id_of_its_own("a\nb", b"\x01" + b"k" * 32), "key_name_malformed"),
        (PETER.replace("PeterNeumann", "Peter\udc80"), "key_name_malformed"),
        (PETER.replace("+c74f20a3+", "+0c74f20a3+"), "key_malformed"),
        (PETER.replace("+c74f20a3+", "+c74f20a4+"), "key_id_wrong"),
        (PETER.replace("PeterNeumann", "PeterNeuman"), "key_id_wrong"),
    ],
)
def test_a_key_text_says_what_is_wrong_with_it(vkey: str, code: str) -> None:
    with pytest.raises(ProofError) as caught:
        VerifyingKey.parse(vkey)
    assert caught.value.code == code


@pytest.mark.parametrize("algorithm", [ED25519, COSIGNATURE_V1])
def test_a_new_key_verifies_what_it_signs_and_its_texts_lead_back(algorithm: Algorithm) -> None:
    key = generate_key("yinuo.local/intake/430523", algorithm)
    assert SigningKey.parse(key.skey) == key
    assert VerifyingKey.parse(key.verifying.vkey) == key.verifying
    assert generate_key(key.name, algorithm) != key
    time = 1_700_000_000 if key.algorithm.timed else None
    signed = notes.parse(Note("好\n", (notes.sign("好\n", key, time),)).dump())
    assert [(one.key, one.time) for one in notes.verify(signed, [key.verifying])] == [(key.verifying, time)]


def test_a_secret_never_shows() -> None:
    key = SigningKey.parse(PETER_SIGNS)
    assert key.seed.hex() not in repr(key)
    assert "seed" not in repr(key)
    with pytest.raises(ProofError) as caught:
        SigningKey.parse(PETER_SIGNS.replace("c74f20a3", "c74f20a4"))
    assert "AYEK" not in f"{caught.value} {caught.value.details}"


def test_one_secret_has_two_ids_for_two_signature_types() -> None:
    seed = SigningKey.parse(PETER_SIGNS).seed
    log, witness = SigningKey("w", ED25519, seed).verifying, SigningKey("w", COSIGNATURE_V1, seed).verifying
    assert log.public == witness.public
    assert log.key_id != witness.key_id


def test_a_cosignature_carries_its_time_and_binds_it() -> None:
    key = SigningKey("w", COSIGNATURE_V1, bytes(32))
    signature = notes.sign(TEXT, key, 1_679_315_147)
    assert signature.data[:8] == (1_679_315_147).to_bytes(8, "big")
    assert len(signature.data) == 72
    later = Signature(signature.name, signature.key_id, (1_679_315_148).to_bytes(8, "big") + signature.data[8:])
    plain = SigningKey("w", ED25519, bytes(32))
    never = plain.sign(f"cosignature/v1\ntime {2**63}\n{TEXT}".encode())
    beyond = Signature(signature.name, signature.key_id, (2**63).to_bytes(8, "big") + never)
    for moved in (later, beyond, Signature(signature.name, signature.key_id, signature.data[:7])):
        with pytest.raises(ProofError, match="signature_invalid"):
            notes.verify(Note(TEXT, (moved,)), [key.verifying])
    header = f"cosignature/v1\ntime 1679315147\n{TEXT}"
    assert plain.sign(header.encode()) == signature.data[8:]  # c2sp.org/tlog-cosignature, "Ed25519 signed message"


@pytest.mark.parametrize("time", [None, 0, -1, 2**63])
def test_a_cosignature_needs_a_time(time: int | None) -> None:
    with pytest.raises(ProofError, match="time_unfit"):
        notes.sign(TEXT, SigningKey("w", COSIGNATURE_V1, bytes(32)), time)


def test_a_log_s_signature_has_no_time() -> None:
    with pytest.raises(ProofError, match="time_unfit"):
        notes.sign(TEXT, SigningKey("w", ED25519, bytes(32)), 1)


def test_two_keys_of_one_name_and_id_are_told_apart_by_nobody() -> None:
    # Two seeds, found by trying 197,956, whose keys named "k" share the 32 bits of their id.
    one, two = (SigningKey("k", ED25519, seed.to_bytes(32, "big")).verifying for seed in (104_291, 197_956))
    assert one.key_id == two.key_id
    with pytest.raises(ProofError, match="keys_ambiguous"):
        notes.verified(notes.parse(note()), [one, two])


@given(st.binary(max_size=60), st.binary(min_size=1, max_size=80), st.text(st.characters(codec="utf-8"), max_size=30))
def test_every_line_leads_back(key_id: bytes, data: bytes, name: str) -> None:
    name = "".join(character for character in name if character > " " and character != "+" and not character.isspace()) or "k"
    signature = Signature(name, key_id[:4].ljust(4, b"\x00"), data)
    assert notes.parse(Note("text\n", (signature,)).dump()) == Note("text\n", (signature,))
