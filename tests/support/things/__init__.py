"""A service with nothing of a county in it, to see the kernel alone."""
