from crawler.sources import Feed, Sitemap
from crawler.spider import NewsSpider


class IdnTimesSpider(NewsSpider):
    """IDN Times Tech. robots.txt closes query strings and search, and there is no index: feed and
    sitemap list the articles. Months may be English, keywords hold junk; readers write much."""

    name = "idntimes"
    publisher = "IDN Times"
    allowed_domains = ["www.idntimes.com"]
    sources = (
        Feed("https://www.idntimes.com/tech/rss"),
        Sitemap("https://www.idntimes.com/sitemap.xml", status="verified"),
    )
    technology = "/tech/"
    article_url = r"idntimes\.com/[a-z-]+/[a-z-]+/[a-z0-9-]+-(?P<id>[a-z0-9]{5}-[a-z0-9]{6})$"
    body = "#article-description"
    published = "#article-info time[datetime]"  # cards in the sidebar have dates of their own
    junk = (".editors-pick", ".main-article-source")
    distrust = frozenset({"tags"})
