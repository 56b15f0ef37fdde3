from crawler.sources import Listing
from crawler.spider import NewsSpider


class BisnisSpider(NewsSpider):
    """Bisnis.com Teknologi. Every client but a browser gets a challenge page, so the spider runs
    by name only. Channel 277 of the index is technology."""

    name = "bisnis"
    publisher = "Bisnis.com"
    status = "blocked"
    allowed_domains = ["teknologi.bisnis.com", "www.bisnis.com"]
    sources = (
        Listing(
            "https://www.bisnis.com/index?c=277&d={day:%Y-%m-%d}&per_page={page}",
            links="ul.list-news a",
        ),
    )
    technology = r"//teknologi\."
    article_url = r"//(?!premium|foto)[a-z]+\.bisnis\.com/read/\d{8}/\d+/(?P<id>\d+)/"
    body = "article.detailsContent"
    published = ".detailsAttributeDates"
    byline = ".authorName"
    section = ".breadcrumbLink"
    junk = ("[class^=baca-juga-box]", ".paywall")
