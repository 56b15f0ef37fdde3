"""Bytes to a parsed page: charset, guard, DOM, JSON-LD and data in scripts."""
