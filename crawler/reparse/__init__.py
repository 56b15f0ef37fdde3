"""Archived pages read again by today's rules: on one core, on all cores, or on a Dask cluster."""
