from crawler.families import WordPressSpider
from crawler.sources import Feed, Listing


class SelularSpider(WordPressSpider):
    """Selular.id. Phones and operators only; the feed holds about nine items, so ask often."""

    name = "selular"
    publisher = "Selular.id"
    allowed_domains = ["selular.id"]
    sources = (
        Feed("https://selular.id/feed/", status="verified"),
        Listing("https://selular.id/page/{page}/", ".entry-title a", status="inferred"),
    )
    article_url = r"selular\.id/\d{4}/\d\d/[a-z0-9-]+"
