"""Archived pages read again with today's rules: on one core, on all, or on a Dask cluster."""
