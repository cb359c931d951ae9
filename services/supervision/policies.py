"""What follows in supervision from other services' facts: no command yet."""

from collections.abc import Sequence

from shared.kernel.policy import Policy

ALL: Sequence[Policy] = ()
