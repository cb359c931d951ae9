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
    """Seals JSON under the portal's key, bound to a purpose and a place."""

    key: bytes

    def secret(self, purpose: str) -> bytes:
        """Return the 32 bytes that follow from the key for a purpose."""
        return hmac.digest(self.key, f"portal {purpose}".encode(), "sha256")

    def seal(self, purpose: str, place: str, value: Any) -> bytes:  # noqa: ANN401 - any JSON
        """Return a JSON value sealed."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + AESGCM(self.secret(purpose)).encrypt(nonce, orjson.dumps(value), place.encode())

    def open(self, purpose: str, place: str, sealed: bytes) -> Any:  # noqa: ANN401 - any JSON
        """Return what was sealed; None where it was not, or for another purpose or place."""
        try:
            return orjson.loads(AESGCM(self.secret(purpose)).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode()))
        except (InvalidTag, ValueError):
            return None


def new_secret() -> str:
    """Return a secret nobody guesses, fit for cookies and addresses."""
    return base64.urlsafe_b64encode(os.urandom(_SECRET_BYTES)).decode().rstrip("=")


def digest(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
