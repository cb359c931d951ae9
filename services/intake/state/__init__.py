"""What intake's rules must remember: of a need, of a collection call; and how receipts are written."""
