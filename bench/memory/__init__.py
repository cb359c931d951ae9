"""Memory of a rebuild at growing lengths of a lane: flat is the aim."""
