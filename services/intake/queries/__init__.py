"""Questions intake answers from its read models."""
