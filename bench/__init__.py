"""Benchmarks against the limit and against peers, measured in one run."""
