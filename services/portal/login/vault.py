"""What the portal's one key is used for: sealing sessions and forms, and the secrets of cursors and form tokens."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals JSON and bytes under the portal's key, bound to a purpose and a place."""

    key: bytes

    def secret(self, purpose: str) -> bytes:
        """Return the 32 bytes that follow from the key for a purpose."""
        return hmac.digest(self.key, f"portal {purpose}".encode(), "sha256")

    def seal(self, purpose: str, place: str, value: Any) -> bytes:  # noqa: ANN401 - any JSON
        """Return a JSON value sealed."""
        return self.seal_bytes(purpose, place, orjson.dumps(value))

    def open(self, purpose: str, place: str, sealed: bytes) -> Any:  # noqa: ANN401 - any JSON
        """Return what was sealed; None where it was not, or for another purpose or place."""
        opened = self.open_bytes(purpose, place, sealed)
        return None if opened is None else orjson.loads(opened)

    def seal_bytes(self, purpose: str, place: str, content: bytes) -> bytes:
        """Return bytes sealed."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.secret(purpose)).encrypt(nonce, content, place.encode("utf-8", "surrogatepass"))

    def open_bytes(self, purpose: str, place: str, sealed: bytes) -> bytes | None:
        """Return the bytes that were sealed; None where they were not, or for another purpose or place."""
        try:
            opened = AESGCM(self.secret(purpose)).decrypt(
                sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode("utf-8", "surrogatepass")
            )
        except (InvalidTag, ValueError):
            return None
        return opened


def new_secret() -> str:
    """Return a secret nobody guesses, fit for cookies and addresses."""
    return base64.urlsafe_b64encode(os.urandom(_SECRET_BYTES)).decode().rstrip("=")


def digest(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
