from crawler.families import WordPressSpider
from crawler.sources import Feed, Listing


class HybridSpider(WordPressSpider):
    """Hybrid, DailySocial's site on games and esports; the address of its feed is assumed."""

    name = "hybrid"
    publisher = "Hybrid.co.id"
    allowed_domains = ["hybrid.co.id"]
    sources = (
        Feed("https://hybrid.co.id/feed", status="inferred"),
        Listing("https://hybrid.co.id/page/{page}/", ".entry-title a", status="inferred"),
    )
    article_url = r"hybrid\.co\.id/post/[a-z0-9-]+"
