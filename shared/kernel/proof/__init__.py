"""The pure core of the transparency log: trees, tiles, notes, checkpoints, witnesses and receipts in the C2SP formats."""
