"""How many rules the state machines of a run carried out."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine


def count_steps() -> Counter[str]:
    """Return what counts, from now on, every rule that any state machine carries out, by the machine's name."""
    steps: Counter[str] = Counter()
    check = RuleBasedStateMachine.check_invariants

    def check_invariants(machine: Any, *how: Any) -> None:
        if "_begun" in vars(machine):  # hypothesis checks the invariants once before the first rule, and once after each
            steps[f"{type(machine).__module__}.{type(machine).__qualname__}"] += 1
        machine._begun = True
        check(machine, *how)

    RuleBasedStateMachine.check_invariants = check_invariants  # type: ignore[assignment, method-assign]
    return steps


def summed_up(steps: Mapping[str, int]) -> str:
    """Return the line that says how much that was."""
    machines = "1 machine" if len(steps) == 1 else f"{len(steps)} machines"
    return f"state machines: {machines}, {sum(steps.values()):,} steps"
