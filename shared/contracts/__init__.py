"""What the services promise each other: events, topics, upcasts, schemas."""
