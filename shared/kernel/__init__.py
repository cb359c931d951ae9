"""The kernel: event log, relay, consumers, projections, policies; it knows no domain noun."""
