from crawler.families import WordPressSpider
from crawler.sources import Feed, Listing


class DailySocialSpider(WordPressSpider):
    """DailySocial. Technology business only; articles stand under /post/ with a slug, which is the
    same on its news host."""

    name = "dailysocial"
    publisher = "DailySocial"
    allowed_domains = ["dailysocial.id"]
    sources = (
        Feed("https://dailysocial.id/feed", status="verified"),
        Feed("https://news.dailysocial.id/feed/"),
        Listing("https://dailysocial.id/page/{page}/", ".entry-title a", status="inferred"),
    )
    article_url = r"dailysocial\.id/post/(?P<id>[a-z0-9-]+)"
