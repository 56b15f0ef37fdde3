from crawler.sources import Feed, Listing, Sitemap
from crawler.spider import NewsSpider


class BeritaSatuSpider(NewsSpider):
    """BeritaSatu Ototekno. Cars and technology share the section, so topic decides; the index
    ends at page 7."""

    name = "beritasatu"
    publisher = "Beritasatu.com"
    allowed_domains = ["www.beritasatu.com"]
    sources = (
        Sitemap("https://www.beritasatu.com/sitemap/ototekno/news.xml", "inferred", news=True),
        Listing("https://www.beritasatu.com/ototekno/indeks", links="a"),
        Listing("https://www.beritasatu.com/ototekno/indeks/{page}", links="a", first=2),
        Feed("https://www.beritasatu.com/rss/ototekno"),
    )
    article_url = r"beritasatu\.com/(?!foto|video|multimedia)[a-z-]+/(?P<id>\d+)/"
    body = ".body-content"
    tags = "a[href*='/tag/']"
