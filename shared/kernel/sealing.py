"""Sealing and opening fields: AES-256-GCM under a key per person, wrapped under the service's key."""

import base64
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from shared.kernel.events import Event
from shared.kernel.sealed import Sealed, may_hold_sealed

KEY_BYTES = 32
_NONCE_BYTES = 12
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A person's data key, wrapped under the service's key; stored in the same transaction as the event."""

    person: UUID
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Context:
    """What a ciphertext is bound to besides its key and field: moved elsewhere it does not open."""

    county: str
    stream: str
    event_id: UUID

    def aad(self, field: str) -> bytes:
        """Return the additional authenticated data for a field (dotted path in the event's data)."""
        return "\x1f".join((self.county, self.stream, str(self.event_id), field)).encode()


class Sealer:
    """Seals and opens fields; holds the service's key-encryption key, never a person's key for long."""

    def __init__(self, key_encryption_key: bytes) -> None:
        if len(key_encryption_key) != KEY_BYTES:
            raise ValueError("the sealing key must be 32 bytes")
        self._wrapping = AESGCM(key_encryption_key)
        self._deriving = hmac.digest(key_encryption_key, b"derived secrets", "sha256")

    def new_key(self, county: str, person: UUID) -> tuple[bytes, SealingKey]:
        """Return a fresh data key and its wrapped form."""
        key = AESGCM.generate_key(bit_length=256)
        nonce = os.urandom(_NONCE_BYTES)
        return key, SealingKey(person, nonce + self._wrapping.encrypt(nonce, key, _wrap_aad(county, person)))

    def secret(self, county: str, purpose: str, thing: UUID) -> bytes:
        """Return the 32 bytes that only this service can derive for a thing, always the same: so that they need not be stored."""
        return hmac.digest(self._deriving, "\x1f".join((county, purpose, str(thing))).encode(), "sha256")

    def unwrap(self, county: str, sealing_key: SealingKey) -> bytes:
        """Return the data key; cryptography.exceptions.InvalidTag when it is of another person or service."""
        nonce, wrapped = sealing_key.wrapped[:_NONCE_BYTES], sealing_key.wrapped[_NONCE_BYTES:]
        return self._wrapping.decrypt(nonce, wrapped, _wrap_aad(county, sealing_key.person))


def seal(event: Event, context: Context, keys: Mapping[UUID, bytes]) -> Event:
    """Return the event with every sealed field encrypted under its person's key."""
    return _sealed(event, "", context, keys) if may_hold_sealed(type(event)) else event


def unseal(field: Sealed, path: str, context: Context, key: bytes | None) -> str | None:
    """Return the plain text, or None (the tombstone) when the key is destroyed or does not fit."""
    if key is None or field.ciphertext is None:
        return None
    raw = base64.b64decode(field.ciphertext)
    try:
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.aad(path)).decode()
    except InvalidTag:
        return None


def _sealed(model: _Model, prefix: str, context: Context, keys: Mapping[UUID, bytes]) -> _Model:
    changed: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        path = f"{prefix}{name}"
        if isinstance(value, Sealed):
            if value.plain is not None:
                changed[name] = _encrypt(value, path, context, keys[value.person])
        elif isinstance(value, BaseModel):
            changed[name] = _sealed(value, f"{path}.", context, keys)
    return model.model_copy(update=changed) if changed else model


def _encrypt(field: Sealed, path: str, context: Context, key: bytes) -> Sealed:
    nonce = os.urandom(_NONCE_BYTES)
    assert field.plain is not None  # noqa: S101 - the caller looked
    sealed = nonce + AESGCM(key).encrypt(nonce, field.plain.encode(), context.aad(path))
    return Sealed(person=field.person, ciphertext=base64.b64encode(sealed).decode())


def _wrap_aad(county: str, person: UUID) -> bytes:
    return f"{county}\x1f{person}".encode()
