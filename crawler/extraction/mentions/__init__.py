"""Organisations, products, people, money and percentages that a text names, by rules as data."""
