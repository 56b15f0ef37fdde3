"""Searches that are watched: what is new goes to feeds and, if wished, to people."""
