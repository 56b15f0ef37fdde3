from crawler.families import WordPressSpider
from crawler.sources import Feed, Listing


class TeknologiIdSpider(WordPressSpider):
    """Teknologi.id. No page was seen: the feed is only listed, the markup assumed."""

    name = "teknologiid"
    publisher = "Teknologi.id"
    allowed_domains = ["teknologi.id"]
    sources = (
        Feed("https://teknologi.id/rss"),
        Listing("https://teknologi.id/", links="a"),
    )
    article_url = r"teknologi\.id/(?!tag/|author/|page/)[a-z-]+/[a-z0-9]+(?:-[a-z0-9]+){2,}"
