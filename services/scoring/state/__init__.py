"""The little scoring's rules must remember: of verifications, look-backs, surveys, scores of units, assessed years."""

from services.scoring.state.verification import Score, Status, Verification, VerificationEvent, evolve

__all__ = ["Score", "Status", "Verification", "VerificationEvent", "evolve"]
