"""Fetched pages as WARC files."""
