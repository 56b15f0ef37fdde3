"""Training sets: splits without leakage, quality, masks, and the files that loaders read."""
