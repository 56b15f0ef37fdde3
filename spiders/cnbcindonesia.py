from crawler.families import DetikNetworkSpider
from crawler.sources import Feed, Listing, Sitemap


class CnbcIndonesiaSpider(DetikNetworkSpider):
    """CNBC Indonesia Tech. Reports differ on the number of its index, so the past is not listed."""

    name = "cnbcindonesia"
    publisher = "CNBC Indonesia"
    allowed_domains = ["www.cnbcindonesia.com"]
    sources = (
        Feed("https://www.cnbcindonesia.com/tech/rss", status="verified"),
        Sitemap("https://www.cnbcindonesia.com/tech/sitemap_news.xml", "inferred", news=True),
        Listing("https://www.cnbcindonesia.com/tech", links="a.group"),
    )
    technology = "/tech/"
    article_url = r"cnbcindonesia\.com/(?!foto)[a-z-]+/\d{14}-\d+-(?P<id>\d+)/"
    body = ("div.detail-text", "div.detail_text")
    published = "div.text-cm.text-gray"
    byline = "div.mb-1.text-base.font-semibold"
    section = "a.text-xs.font-semibold[href='#']"
    whole = "?page=all"
