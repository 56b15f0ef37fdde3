"""Page in, values out: pure functions without an engine and without I/O.

The crawl, `extract`, `reparse` and a cluster worker all call `crawler.extraction.article.extract`.
"""

EXTRACTOR_VERSION = "2026.11.22"
"""Zero-padded, so that versions sort as text. A release that reads pages differently raises it."""
