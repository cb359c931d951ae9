"""Signature types of notes (c2sp.org/signed-note): what a key of each signs, and how its signature is written."""

from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.kernel.proof.encoding import LARGEST
from shared.kernel.proof.errors import ProofError

_TIME_BYTES = 8


class Algorithm(Protocol):
    """One signature type. The type byte stands in the key, so that a log of other algorithms differs by its key alone."""

    type_byte: int
    public_bytes: int
    seed_bytes: int
    timed: bool

    def generate(self) -> bytes:
        """Return a new private seed, drawn from the machine."""
        ...

    def public_of(self, seed: bytes) -> bytes:
        """Return the public key of a private seed."""
        ...

    def sign(self, seed: bytes, text: bytes, time: int | None) -> bytes:
        """Return the signature of a note's text, made at a POSIX time if the type is `timed`; ProofError `time_unfit` otherwise."""
        ...

    def verify(self, public: bytes, text: bytes, signature: bytes) -> int | None:
        """Return the POSIX time in the signature, None if its type has none; ProofError `signature_invalid`."""
        ...


class Ed25519:
    """Type 0x01: Ed25519 (RFC 8032) over the note's text."""

    type_byte = 0x01
    public_bytes = 32
    seed_bytes = 32
    timed = False

    def generate(self) -> bytes:
        """Return a new private seed."""
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def public_of(self, seed: bytes) -> bytes:
        """Return the public key of a private seed."""
        return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()

    def sign(self, seed: bytes, text: bytes, time: int | None) -> bytes:
        """Return the 64 bytes of the signature; ProofError `time_unfit` if a time is given, which it has no place for."""
        if time is not None:
            raise ProofError("time_unfit", time=time)
        return Ed25519PrivateKey.from_private_bytes(seed).sign(text)

    def verify(self, public: bytes, text: bytes, signature: bytes) -> int | None:
        """Return None; ProofError `signature_invalid`."""
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
        except InvalidSignature:
            raise ProofError("signature_invalid") from None
        return None


class CosignatureV1(Ed25519):
    """Type 0x04: a witness's `cosignature/v1` (c2sp.org/tlog-cosignature), 8 bytes of time and 64 of Ed25519."""

    type_byte = 0x04
    timed = True

    def sign(self, seed: bytes, text: bytes, time: int | None) -> bytes:
        """Return the 72 bytes of the signature; ProofError `time_unfit` without a time from 1 up to 2**63 - 1."""
        if time is None or not 0 < time <= LARGEST:
            raise ProofError("time_unfit", time=time)
        return time.to_bytes(_TIME_BYTES, "big") + super().sign(seed, _cosigned(text, time), None)

    def verify(self, public: bytes, text: bytes, signature: bytes) -> int | None:
        """Return the time it was made; ProofError `signature_invalid`."""
        time = int.from_bytes(signature[:_TIME_BYTES], "big")
        if time > LARGEST:
            raise ProofError("signature_invalid")
        super().verify(public, _cosigned(text, time), signature[_TIME_BYTES:])
        return time


def _cosigned(text: bytes, time: int) -> bytes:
    return b"cosignature/v1\ntime %d\n%b" % (time, text)


ED25519: Algorithm = Ed25519()
COSIGNATURE_V1: Algorithm = CosignatureV1()
ALGORITHMS = {algorithm.type_byte: algorithm for algorithm in (ED25519, COSIGNATURE_V1)}
"""Every signature type that is known, by its byte."""
