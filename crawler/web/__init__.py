"""Pages for a browser: the report and browse."""

PORT = 8765
"""TCP port of `scrapy browse` unless another is given: the report links there."""
VEGA_LITE = "6.1"  # version in the pinned vl-convert
