"""The two counties as clients of the public API."""
