"""Keys of notes in their text forms: `<name>+<key id>+<base 64>` to verify, `PRIVATE+KEY+…` to sign (c2sp.org/signed-note)."""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Self

from shared.kernel.proof.algorithms import ALGORITHMS, Algorithm
from shared.kernel.proof.encoding import from_base64, to_base64, to_bytes
from shared.kernel.proof.errors import ProofError

KEY_ID_BYTES = 4

_PRIVATE = "PRIVATE+KEY+"
_KEY_ID = re.compile(r"[0-9a-fA-F]{8}")


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """Whom a signature is from: a name, a signature type and a public key, of which the key id is a short hash."""

    name: str
    algorithm: Algorithm
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != self.algorithm.public_bytes:
            raise ProofError("key_malformed", name=self.name)

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type byte, public key)."""
        return sha256(b"%b\n%c%b" % (self.name.encode(), self.algorithm.type_byte, self.public)).digest()[:KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as text, the form in which it is published."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.algorithm.type_byte]) + self.public)}"

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Return the key of this text.

        ProofError `key_malformed`, `key_name_malformed`, `key_algorithm_unknown`, or `key_id_wrong` where its parts disagree.
        """
        name, key_id, algorithm, material = _taken_apart(vkey)
        key = cls(name, algorithm, material)
        if key.key_id != key_id:
            raise ProofError("key_id_wrong", name=name)
        return key

    def verify(self, text: bytes, signature: bytes) -> int | None:
        """Return the POSIX time in the signature of a note's text, None if its type has none; ProofError `signature_invalid`."""
        try:
            return self.algorithm.verify(self.public, text, signature)
        except ProofError as fault:
            raise ProofError(fault.code, name=self.name) from None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs. Its text form holds the secret; it never shows in a representation."""

    name: str
    algorithm: Algorithm
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.seed) != self.algorithm.seed_bytes:
            raise ProofError("key_malformed", name=self.name)

    @property
    def verifying(self) -> VerifyingKey:
        """The public half."""
        return VerifyingKey(self.name, self.algorithm, self.algorithm.public_of(self.seed))

    @property
    def skey(self) -> str:
        """The key as text, secret."""
        material = to_base64(bytes([self.algorithm.type_byte]) + self.seed)
        return f"{_PRIVATE}{self.name}+{self.verifying.key_id.hex()}+{material}"

    @classmethod
    def parse(cls, skey: str) -> Self:
        """Return the key of this text; ProofError as `VerifyingKey.parse`, and never with the text in it."""
        if not skey.startswith(_PRIVATE):
            raise ProofError("key_malformed")
        name, key_id, algorithm, material = _taken_apart(skey.removeprefix(_PRIVATE))
        key = cls(name, algorithm, material)
        if key.verifying.key_id != key_id:
            raise ProofError("key_id_wrong", name=name)
        return key

    def sign(self, text: bytes, time: int | None = None) -> bytes:
        """Return the signature of a note's text; ProofError `time_unfit` unless a POSIX time is given where the type wants one."""
        return self.algorithm.sign(self.seed, text, time)


def generate_key(name: str, algorithm: Algorithm) -> SigningKey:
    """Return a new key of this name: the one place where chance comes in. ProofError `key_name_malformed`."""
    check_name(name)
    return SigningKey(name, algorithm, algorithm.generate())


def check_name(name: str) -> None:
    """Return if a key may have this name: some text without spaces, pluses and control characters; ProofError otherwise."""
    to_bytes(name, "key_name_malformed")
    if not name or "+" in name or any(character.isspace() for character in name):
        raise ProofError("key_name_malformed")


def _taken_apart(text: str) -> tuple[str, bytes, Algorithm, bytes]:
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    check_name(name)
    if _KEY_ID.fullmatch(key_id) is None:
        raise ProofError("key_malformed", name=name)
    material = from_base64(encoded, "key_malformed", name=name)
    if not material:
        raise ProofError("key_malformed", name=name)
    algorithm = ALGORITHMS.get(material[0])
    if algorithm is None:
        raise ProofError("key_algorithm_unknown", name=name, type_byte=material[0])
    return name, bytes.fromhex(key_id), algorithm, material[1:]
