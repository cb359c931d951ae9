"""Growth: what an event costs when many are there already."""
