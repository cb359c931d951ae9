"""Kafka's topics: which there are, and their creation."""
