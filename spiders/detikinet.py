from crawler.families import DetikNetworkSpider
from crawler.sources import Feed, Listing, Sitemap


class DetikInetSpider(DetikNetworkSpider):
    """detikInet. Long articles are split, ?single=1 gives the whole; the index takes US dates."""

    name = "detikinet"
    publisher = "detikInet"
    status = "verified"
    allowed_domains = ["inet.detik.com"]
    sources = (
        Feed("https://inet.detik.com/rss", status="verified"),
        Listing(
            "https://inet.detik.com/indeks?page={page}&date={day:%m/%d/%Y}",
            links="h3.media__title a",
            date="span[d-time]",
        ),
        Sitemap("https://inet.detik.com/sitemap_news.xml", status="inferred", news=True),
    )
    technology = r"//inet\."
    article_url = r"//[a-z]+\.detik\.com/(?!foto)(?:[a-z-]+/)?(?:d-|read/[\d/]{18})(?P<id>\d+)/"
    body = ("div.detail__body-text", "div.detail_text")
    published = "div.detail__date"
    byline = "div.detail__author"
    section = ".page__breadcrumb a"
    tags = ".detail__body-tag a"
    junk = (*DetikNetworkSpider.junk, ".detail__body-tag", ".noncontent")
    whole = "?single=1"
