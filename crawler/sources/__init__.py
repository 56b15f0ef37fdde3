"""Sources of article URLs: feeds, sitemaps and index pages."""

from crawler.sources.candidate import Candidate, Source, SourceError
from crawler.sources.feed import Feed
from crawler.sources.listing import Listing
from crawler.sources.sitemap import Sitemap
from crawler.sources.window import Window

__all__ = ["Candidate", "Feed", "Listing", "Sitemap", "Source", "SourceError", "Window"]
