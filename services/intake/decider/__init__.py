"""The rules of intake: what a request makes of a need, and of a collection call."""

from services.intake.decider.call import CALL
from services.intake.decider.need import NEED

__all__ = ["CALL", "NEED"]
