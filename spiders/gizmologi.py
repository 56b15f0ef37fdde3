from crawler.families import WordPressSpider
from crawler.sources import Feed, Listing


class GizmologiSpider(WordPressSpider):
    """Gizmologi. Sections may nest, as in /gadget/wearable/; article slugs have a hyphen."""

    name = "gizmologi"
    publisher = "Gizmologi"
    allowed_domains = ["gizmologi.id"]
    sources = (
        Feed("https://gizmologi.id/feed/", status="reported-ok"),
        Listing("https://gizmologi.id/page/{page}/", ".entry-title a", status="inferred"),
    )
    article_url = r"gizmologi\.id/(?!tag/|author/|page/)(?:[a-z-]+/){1,2}[a-z0-9]+(?:-[a-z0-9]+)+"
    own_names = ("Gizmologi.id",)
