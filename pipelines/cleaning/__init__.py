"""Cleaning: pure functions on a body's blocks, and the rules in rules.toml."""
