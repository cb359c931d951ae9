"""What `yinuo replay` is made of: asking the services about the past, reports, their digest, and what differs between two."""
