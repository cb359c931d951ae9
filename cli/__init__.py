"""The operators' command, `yinuo`."""
