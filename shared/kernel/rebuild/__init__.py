"""Building projections anew beside the live ones, holding both against each other, and promoting."""

from shared.kernel.rebuild.rebuilding import Found, Rebuild, RebuildFailed, Wanted

__all__ = ["Found", "Rebuild", "RebuildFailed", "Wanted"]
