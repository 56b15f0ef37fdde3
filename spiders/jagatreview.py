from crawler.families import WordPressSpider
from crawler.sources import Feed, Listing


class JagatReviewSpider(WordPressSpider):
    """Jagat Review. Reviews of hardware, some on several pages under /2/, /3/."""

    name = "jagatreview"
    publisher = "Jagat Review"
    allowed_domains = ["www.jagatreview.com"]
    sources = (
        Feed("https://www.jagatreview.com/feed/", status="reported-ok"),
        Listing("https://www.jagatreview.com/page/{page}/", ".entry-title a", status="inferred"),
    )
    article_url = r"jagatreview\.com/\d{4}/\d\d/[a-z0-9-]+"
