"""Pure functions from a page or text to an article, without an engine and without I/O.

The crawl, `extract`, `reparse` and a cluster worker all call `crawler.extraction.article.extract`.
"""

EXTRACTOR_VERSION = "2026.11.30"
"""Zero-padded, so that versions sort as text; raised by releases that read differently."""
