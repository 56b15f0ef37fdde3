"""Page in, values out: pure functions without an engine and without I/O.

The crawl, `extract`, `reparse` and a cluster worker all call `crawler.extraction.article.extract`.
"""
