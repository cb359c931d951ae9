"""Live streams: what the four services publish, masked by role, resumed by cursor, from the archive into the present without a seam."""
