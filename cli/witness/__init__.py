"""`yinuo witness`: another county's or the province's watch over logs that are served as tiles (c2sp.org/tlog-tiles)."""

from cli.witness.verbs import app

__all__ = ["app"]
