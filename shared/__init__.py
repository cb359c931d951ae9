"""What every service stands on: contracts between them, the kernel under them, the web face above."""
