"""Kafka and PostgreSQL from packages, supervised as one stack with the services."""
