"""Where article URLs are listed: feeds, sitemaps and index pages."""

from crawler.sources.candidate import Candidate, Source, SourceError, Window
from crawler.sources.feed import Feed
from crawler.sources.listing import Listing
from crawler.sources.sitemap import Sitemap

__all__ = ["Candidate", "Feed", "Listing", "Sitemap", "Source", "SourceError", "Window"]
