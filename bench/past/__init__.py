"""The past: one need and a county's figures as of a moment, in lanes of several lengths."""
