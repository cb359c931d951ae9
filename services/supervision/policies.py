"""What follows in supervision from other services' facts: no command yet."""

from collections.abc import Sequence

from shared.kernel.rules import Policy

ALL: Sequence[Policy] = ()
