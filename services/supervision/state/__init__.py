"""The little the rules must remember."""
