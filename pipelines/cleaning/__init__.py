"""Cleaning as pure functions and rules."""
