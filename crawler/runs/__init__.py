"""What became of a run: outcomes, manifest, health, schedule."""
