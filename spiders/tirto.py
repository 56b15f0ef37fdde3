from crawler.sources import Feed, Listing, Sitemap
from crawler.spider import NewsSpider


class TirtoSpider(NewsSpider):
    """Tirto. No section for technology is proven, so topic decides. robots.txt forbids every ?next:
    of the index only the first page is read."""

    name = "tirto"
    publisher = "tirto.id"
    allowed_domains = ["tirto.id"]
    sources = (
        Feed("https://tirto.id/sitemap/r/google-discover"),
        Sitemap("https://tirto.id/sitemap.xml"),
        Listing("https://tirto.id/indeks", links="a"),
    )
    article_url = r"tirto\.id/[a-z0-9]+(?:-[a-z0-9]+){2,}-(?P<id>[A-Za-z0-9]{4})$"
    body = ".content-text-editor"
    published = ".byline div"
    byline = ".byline a.reporter-name"
    section = ".breadcrumbs-wrapper a"
    junk = "ins[data-revive-zoneid]"
