"""Which articles tell one story: fingerprints, neighbours, groups."""
