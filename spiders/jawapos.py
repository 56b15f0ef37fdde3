from crawler.families import PromediaSpider
from crawler.sources import Feed, Listing, Sitemap


class JawaPosSpider(PromediaSpider):
    """JawaPos Teknologi. A page of today keeps its article in Next.js's JSON, an older one in
    Promedia's markup. Sitemap and feeds print WIB and say Z or GMT."""

    name = "jawapos"
    publisher = "JawaPos.com"
    allowed_domains = ["www.jawapos.com"]
    sources = (
        Feed("https://www.jawapos.com/rss/teknologi", "reported-ok", distrust="zone"),
        Feed("https://www.jawapos.com/rss.xml", status="verified", distrust="zone"),
        Sitemap(
            "https://www.jawapos.com/post-recent.xml", "reported-ok", distrust="zone", news=True
        ),
        Listing("https://www.jawapos.com/teknologi", links="a"),
    )
    technology = "/teknologi/"
    article_url = r"jawapos\.com/[a-z0-9-]+/(?P<id>\d{8,10})/"
    own_names = ("Jawa Pos",)
