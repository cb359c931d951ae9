"""Signed notes (c2sp.org/signed-note): a text, and lines with the signatures of those who vouch for it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.kernel.proof.encoding import from_base64, to_base64, to_bytes, to_text
from shared.kernel.proof.errors import ProofError
from shared.kernel.proof.keys import KEY_ID_BYTES, SigningKey, VerifyingKey, check_name

LONGEST_NOTE = 1_000_000
"""Bytes of a note that are still read."""
MOST_SIGNATURES = 100
"""Signatures of a note that are still read; the specification asks for at least 16."""

_DASH = "— "


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the name and id of the key that is said to have signed, and the bytes of the signature."""

    name: str
    key_id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.data)}\n"


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that holds: by which key, and at what POSIX time if its type says so."""

    key: VerifyingKey
    time: int | None
    signature: Signature


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, of which nothing is believed before `verify`."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def dump(self) -> bytes:
        """Return the note's bytes."""
        return f"{self.text}\n{''.join(signature.line for signature in self.signatures)}".encode()

    def signed(self, *signatures: Signature) -> "Note":
        """Return the note with these signatures behind its own, without what it had of the same keys before."""
        anew = {(signature.name, signature.key_id) for signature in signatures}
        kept = [signature for signature in self.signatures if (signature.name, signature.key_id) not in anew]
        return replace(self, signatures=(*kept, *signatures))


def sign(text: str, key: SigningKey, time: int | None = None) -> Signature:
    """Return a key's signature of a note's text, which ends in a newline; ProofError `note_malformed`, `time_unfit`."""
    data = to_bytes(text, "note_malformed")
    if not text.endswith("\n"):
        raise ProofError("note_malformed")
    return Signature(key.name, key.verifying.key_id, key.sign(data, time))


def parse(data: bytes) -> Note:
    """Return a note whose form is right; ProofError `note_malformed`, or `note_too_long` past 1,000,000 bytes."""
    if len(data) > LONGEST_NOTE:
        raise ProofError("note_too_long", bytes=len(data))
    text, blank, lines = to_text(data, "note_malformed").rpartition("\n\n")
    if not blank:
        raise ProofError("note_malformed")
    return Note(text + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Return the signatures of one line or more, each ended by a newline; ProofError `note_malformed`."""
    if not lines.endswith("\n"):
        raise ProofError("note_malformed")
    each = lines[:-1].split("\n")
    if len(each) > MOST_SIGNATURES:
        raise ProofError("note_malformed")
    return tuple(_parse_line(line) for line in each)


def verify(note: Note, keys: Iterable[VerifyingKey]) -> tuple[Verified, ...]:
    """Return what `verified` returns; ProofError `note_unsigned` if that is nothing: such a note must not be believed."""
    found = verified(note, keys)
    if not found:
        raise ProofError("note_unsigned")
    return found


def verified(note: Note, keys: Iterable[VerifyingKey]) -> tuple[Verified, ...]:
    """Return the signatures by these keys, in the note's order, the first of each key; those of others are ignored.

    ProofError `signature_invalid` if any signature by one of these keys fails, `keys_ambiguous` if a name and key id stand for
    two of the keys.
    """
    known = _by_identity(keys)
    text = note.text.encode()
    found: dict[VerifyingKey, Verified] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is not None:
            found.setdefault(key, Verified(key, key.verify(text, signature.data), signature))
    return tuple(found.values())


def _by_identity(keys: Iterable[VerifyingKey]) -> dict[tuple[str, bytes], VerifyingKey]:
    known: dict[tuple[str, bytes], VerifyingKey] = {}
    for key in keys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise ProofError("keys_ambiguous", name=key.name)
    return known


def _parse_line(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH):
        raise ProofError("note_malformed")
    try:
        check_name(name)
    except ProofError:
        raise ProofError("note_malformed") from None
    data = from_base64(encoded, "note_malformed")
    if len(data) <= KEY_ID_BYTES:
        raise ProofError("note_malformed")
    return Signature(name, data[:KEY_ID_BYTES], data[KEY_ID_BYTES:])
