"""Live streams: thousands of readers of one portal process while events keep coming."""
