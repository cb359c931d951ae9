"""Questions supervision answers from its read models."""
