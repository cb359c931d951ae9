"""Personal data as events carry it: sealed under a key per person, so that erasing is destroying the key (PIPL)."""

from collections.abc import Iterator
from functools import cache
from typing import Self, get_args
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_serializer

from shared.kernel.events import Event


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


def persons_to_seal(event: Event) -> set[UUID]:
    """Return the persons whose plain fields an event still carries."""
    return {field.person for field in _walk(event) if field.plain is not None}


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
