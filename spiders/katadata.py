from crawler.sources import Feed, Listing
from crawler.spider import NewsSpider


class KatadataSpider(NewsSpider):
    """Katadata Digital. The feed is the section's own; after one page its index is a script."""

    name = "katadata"
    publisher = "Katadata"
    allowed_domains = ["katadata.co.id"]
    sources = (
        Feed("https://katadata.co.id/rss/digital", status="verified"),
        Listing("https://katadata.co.id/digital", links=".article--berita a"),
    )
    technology = "/digital/"
    article_url = r"katadata\.co\.id/[a-z-]+/[a-z-]+/(?P<id>[0-9a-f]{8,})/"
    body = (".detail-main", ".detail-body")
    published = ".detail-date"
    byline = ".detail-author-name"
    section = ".section-breadcrumb a"
    junk = ("[class^=widget-baca-juga]", ".ai-summary")
    own_names = ("Katadata.co.id",)
