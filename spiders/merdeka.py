from crawler.families import KlySpider
from crawler.sources import Feed, Listing, Sitemap


class MerdekaSpider(KlySpider):
    """Merdeka Teknologi. robots.txt forbids every query string and every "index", so the past comes
    from sitemaps. Metadata prints -07:00 on a clock that is WIB."""

    name = "merdeka"
    publisher = "Merdeka.com"
    allowed_domains = ["www.merdeka.com"]
    sources = (
        Sitemap("https://www.merdeka.com/teknologi/sitemap.xml", status="reported-ok"),
        Feed("https://www.merdeka.com/feed/teknologi"),
        Feed("https://www.merdeka.com/rss/", status="reported-ok"),
        Listing("https://www.merdeka.com/teknologi", links="a"),
    )
    technology = "/teknologi/"
    article_url = (
        r"merdeka\.com/(?!company/|foto|video)[a-z-]+/(?:read/(?P<id>\d+)/|[a-z0-9-]+\.html)"
    )
    body = (".articles-content__body", ".mdk-news-body")
    published = ".mdk-date-reporter span"
    byline = ("[data-tracking=author_name]", ".mdk-date-reporter span:last-child")
    section = "nav.breadcrumb-navigation li:last-child"
    tags = (".tags-articles__list a", ".tag__list a")
    distrust = frozenset({"zone"})
