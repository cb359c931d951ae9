"""What may be asked of supervision."""
