"""What a refusal tells besides its code."""

from shared.kernel.testing import Outcome


def told(outcome: Outcome) -> tuple[str, str | None, dict[str, object]]:
    """Return a refusal's code, the field it points at, and the values its sentence is filled with."""
    assert outcome.refusal is not None, f"not rejected: {list(outcome.events)}"
    return outcome.refusal.code, outcome.refusal.pointer, dict(outcome.refusal.values)
