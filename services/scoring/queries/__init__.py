"""Questions scoring answers from its read models."""
