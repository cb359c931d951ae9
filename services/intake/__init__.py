"""The needs list: from what people say to an answer they receive."""
