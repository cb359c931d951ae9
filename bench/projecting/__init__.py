"""Projecting: from the broker to a read model that can be asked."""
