"""Who asks: what a command knows of the person or policy behind it."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.kernel.errors import Rejected

SYSTEM = "system"
"""The role of a policy or a timer; no token carries it."""
PUBLIC = "public"
"""The role of whoever asks without a login; no token carries it."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts: subject of the token, roles, own unit and branch (codes), as claimed by the token."""

    sub: str
    roles: tuple[str, ...]
    unit: str | None = None
    branch: str | None = None

    def has(self, *roles: str) -> bool:
        """Tell whether the actor holds one of these roles."""
        return any(role in self.roles for role in roles)

    def require(self, *roles: str) -> None:
        """Refuse with `role_not_allowed` unless the actor holds one of these roles."""
        if not self.has(*roles):
            raise Rejected("role_not_allowed", roles=", ".join(roles))

    @classmethod
    def anyone(cls) -> "Actor":
        """Return the actor that stands for whoever asks without a login."""
        return cls(sub=PUBLIC, roles=(PUBLIC,))

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Return the actor that stands for a policy or a timer of this name."""
        return cls(sub=f"{SYSTEM}:{name}", roles=(SYSTEM,))


def first_role(roles: Iterable[str]) -> str:
    """Return the role an event records; tokens list the one acted in first."""
    return next(iter(roles), "")
