"""Personal data sealed before it enters an event: AES-256-GCM under a key per person (PIPL; erasing destroys the key)."""

import base64
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self, TypeVar, get_args
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, model_serializer

from shared.kernel.events import Event

KEY_BYTES = 32
_NONCE_BYTES = 12
_Model = TypeVar("_Model", bound=BaseModel)


class Sealed(BaseModel):
    """A text about a person. In memory of its writer it is plain; in an event it is only ciphertext.

    As JSON: `{"person": uuid, "ciphertext": base64(nonce || ciphertext || tag)}`. Serialising an unsealed one raises.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    person: UUID
    ciphertext: str | None = None
    plain: str | None = None

    @model_serializer(mode="plain")
    def _only_ciphertext(self) -> dict[str, str]:
        if self.ciphertext is None:
            raise ValueError("a sealed field was about to be written in the clear")
        return {"person": str(self.person), "ciphertext": self.ciphertext}

    def __repr__(self) -> str:
        """Never show the plain text, not even in a traceback."""
        return f"Sealed(person={self.person})"

    __str__ = __repr__

    @classmethod
    def of(cls, person: UUID, plain: str) -> Self:
        """Return a field still to be sealed under this person's key."""
        return cls(person=person, plain=plain)


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

    def new_key(self, county: str, person: UUID) -> tuple[bytes, SealingKey]:
        """Return a fresh data key and its wrapped form."""
        key = AESGCM.generate_key(bit_length=256)
        nonce = os.urandom(_NONCE_BYTES)
        return key, SealingKey(person, nonce + self._wrapping.encrypt(nonce, key, _wrap_aad(county, person)))

    def unwrap(self, county: str, sealing_key: SealingKey) -> bytes:
        """Return the data key; cryptography.exceptions.InvalidTag when it is of another person or service."""
        nonce, wrapped = sealing_key.wrapped[:_NONCE_BYTES], sealing_key.wrapped[_NONCE_BYTES:]
        return self._wrapping.decrypt(nonce, wrapped, _wrap_aad(county, sealing_key.person))


def seal(event: Event, context: Context, keys: Mapping[UUID, bytes]) -> Event:
    """Return the event with every sealed field encrypted under its person's key."""
    return _sealed(event, "", context, keys) if may_hold_sealed(type(event)) else event


def persons_to_seal(event: Event) -> set[UUID]:
    """Return the persons whose plain fields an event still carries."""
    return {field.person for field in _walk(event) if field.plain is not None}


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


def _walk(model: BaseModel) -> Iterator[Sealed]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Sealed):
            yield value
        elif isinstance(value, BaseModel):
            yield from _walk(value)


@cache
def may_hold_sealed(model: type[BaseModel]) -> bool:
    """Tell from the types alone whether an event of this class can carry sealed fields."""
    return any(_mentions(field.annotation) for field in model.model_fields.values())


def _mentions(annotation: object) -> bool:
    if annotation is Sealed:
        return True
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return may_hold_sealed(annotation)
    return any(_mentions(argument) for argument in get_args(annotation))


def _wrap_aad(county: str, person: UUID) -> bytes:
    return f"{county}\x1f{person}".encode()
