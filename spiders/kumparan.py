from crawler.sources import Feed, Sitemap
from crawler.spider import NewsSpider


class KumparanSpider(NewsSpider):
    """kumparanTECH. Scripts fill its listings; robots.txt names a sitemap per channel. Readers'
    posts share the domain, so the section is the desk's own address."""

    name = "kumparan"
    publisher = "kumparan"
    allowed_domains = ["kumparan.com"]
    sources = (
        Sitemap("https://kumparan.com/sitemap_channel_tekno-sains.xml", news=True),
        Feed("https://lapi.kumparan.com/v2.0/rss/", status="reported-ok"),
    )
    technology = "/kumparantech/"
    article_url = r"kumparan\.com/[^/]+/[a-z0-9-]+-(?P<id>\d[A-Za-z0-9]{10})$"
    body = "[data-qa-id=story-paragraph]"
    published = "time[data-qa-id=publish-date]"
    byline = "[data-qa-id=author-name]"
    tags = "a[data-qa-id=tag-topic]"
