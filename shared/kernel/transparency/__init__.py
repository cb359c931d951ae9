"""Each lane as a transparency log: its tree grown and signed, witnessed by other services, served and proved from (DESIGN §6)."""
