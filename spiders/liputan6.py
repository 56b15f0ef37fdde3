from crawler.families import KlySpider
from crawler.sources import Feed, Listing, Sitemap


class Liputan6Spider(KlySpider):
    """Liputan6 Tekno. In 2016 the section was a host of its own, tekno.liputan6.com."""

    name = "liputan6"
    publisher = "Liputan6"
    allowed_domains = ["www.liputan6.com", "feed.liputan6.com"]
    sources = (
        Feed("https://www.liputan6.com/feed/rss/tekno", status="reported-ok"),
        Feed("https://feed.liputan6.com/rss/tekno", status="reported-ok"),
        Sitemap("https://www.liputan6.com/tekno/sitemap.xml", status="inferred"),
        Listing("https://www.liputan6.com/tekno/indeks/{day:%Y/%m/%d}", links="article a"),
    )
    technology = r"//tekno\.|/tekno/"
    article_url = r"liputan6\.com/(?:(?!photo|video)[a-z0-9-]+/)?read/(?P<id>\d+)/"
    body = (".article-content-body", ".read-page__content-body")
    published = (".read-page--header--author__datetime", ".article-header__datetime")
    byline = (
        ".read-page-box__author__name",
        ".article-header__author-link",
        ".read-page--header__author",
    )
    tags = (".tags--snippet a", ".tags--topics__list a", ".read-page--tags a")
    own_names = ("Liputan6.com",)
