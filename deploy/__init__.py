"""Ways to run the platform: embedded from packages, and in containers."""
